import { accessSync, constants, existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { CommandFailure, Exit } from './terminal.js'

/**
 * Makes TERRANE_HOME where it is missing, and holds that it can be written. One level at a time: Node's `recursive` never
 * ends where a file system refuses with ENOENT, as /proc does (Node 20).
 */
export function claimHome(home: string): void {
  const missing: string[] = []
  for (let level = home; !existsSync(level); level = path.dirname(level)) missing.unshift(level)
  try {
    const existing = missing[0] === undefined ? home : path.dirname(missing[0])
    accessSync(existing, constants.W_OK | constants.X_OK)
    for (const level of missing) mkdirSync(level)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // Somebody else made it in this moment.
    if (code === 'EEXIST') claimHome(home)
    else
      throw new CommandFailure(
        Exit.Usage,
        `${home} cannot be written (${code}). Set TERRANE_HOME to a folder that can.`,
      )
  }
}
