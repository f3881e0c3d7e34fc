import { readdir, rm, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'

/** Nothing that is under way takes longer than this. */
const OLD_MILLISECONDS = 24 * 3600 * 1000

/**
 * Where this process keeps what it has not finished: a folder, or the beginning of files' names. Other processes that share
 * `folder` have theirs beside it.
 */
export const scratchIn = (folder: string) => join(folder, `${hostname()}.${process.pid}`)

/** Removes what ended processes left, and what this one left when it was opened before. */
export async function sweepScratch(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => []))
    if (!(await inUse(folder, name))) await rm(join(folder, name), { recursive: true, force: true })
}

/** Of processes of other machines only their folder's age is known. */
async function inUse(folder: string, name: string): Promise<boolean> {
  const [, host, pid] = /^(.+?)\.(\d+)(\.[\da-f-]{36})?$/.exec(name) ?? []
  if (host === hostname()) return Number(pid) !== process.pid && isAlive(Number(pid))
  const changed = await stat(join(folder, name)).catch(() => undefined)
  return host !== undefined && changed !== undefined && Date.now() - changed.mtimeMs < OLD_MILLISECONDS
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // It lives, and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
