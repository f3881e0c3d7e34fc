import { spawnSync } from 'node:child_process'
import { existsSync, statfsSync } from 'node:fs'
import { totalmem } from 'node:os'
import path from 'node:path'
import type { Configuration } from '../configuration.js'
import { claimHome } from '../home.js'
import { claimListenPort } from '../listen-port.js'
import { failed, fine, type Looked, warned } from './finding.js'

/** The demo mesh takes half of it, a run of a large product the rest. */
const MEMORY_GIB = 2
const DISK_GIB = 2
const GIB = 2 ** 30

/** What Terrane stands on here: Node.js, its native parts, memory, disk, the sandbox's limit, the port. */
export async function lookAtMachine({ home, host, listenPort }: Configuration): Promise<Looked[]> {
  return [
    // On another than it is for, no command begins (`node-version.js`).
    fine('Node.js', process.versions.node),
    native('better-sqlite3', () => new (require('better-sqlite3'))(':memory:').close()),
    native('@duckdb/node-api', () => require('@duckdb/node-api').version()),
    memory(),
    sandbox(),
    ...homeAndDisk(home),
    await port(listenPort, host ?? '127.0.0.1'),
  ]
}

function native(name: string, load: () => unknown): Looked {
  try {
    load()
    return fine(name, 'loads')
  } catch (error) {
    const [reason = ''] = (error as Error).message.split('\n')
    return failed(name, reason, 'Run npm install again; it compiles what this machine needs (g++ and python3).')
  }
}

function memory(): Looked {
  const total = totalmem()
  const found = `${(total / GIB).toFixed(1)} GiB`
  return total < MEMORY_GIB * GIB
    ? warned('memory', found, `Runs of large products want ${MEMORY_GIB} GiB.`)
    : fine('memory', found)
}

/** How runs are held to their memory: by the kernel, or else by a look at them now and then. */
function sandbox(): Looked {
  const limits = spawnSync('/bin/sh', ['-c', 'ulimit -v 8000000'], { stdio: 'ignore' }).status === 0
  return limits
    ? fine('sandbox', 'the kernel limits the memory of runs')
    : warned(
        'sandbox',
        'this system has no ulimit -v',
        'Runs are watched and killed instead; prefer Linux in production.',
      )
}

function homeAndDisk(home: string): Looked[] {
  try {
    claimHome(home)
  } catch (error) {
    const [found = ''] = (error as Error).message.split('. ')
    return [failed('home', found, 'Set TERRANE_HOME to a folder that this user may write.')]
  }
  const looked = [fine('home', home)]
  let standing = home
  while (!existsSync(standing)) standing = path.dirname(standing)
  const { bavail, bsize } = statfsSync(standing)
  const free = bavail * bsize
  const found = `${(free / GIB).toFixed(1)} GiB free`
  looked.push(
    free < DISK_GIB * GIB
      ? warned('disk', found, `Publications need room: free ${DISK_GIB} GiB, or set TERRANE_HOME to another disk.`)
      : fine('disk', found),
  )
  return looked
}

async function port(listenPort: number, host: string): Promise<Looked> {
  const what = `port ${listenPort}`
  try {
    await claimListenPort(listenPort, host)
    return fine(what, listenPort === 0 ? 'any free one' : 'free')
  } catch (error) {
    // Most likely a Terrane that runs: nothing wrong, but a second one cannot start there.
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    return code === 'EADDRINUSE'
      ? warned(what, 'taken', 'Stop what listens there, or set PORT to another one.')
      : failed(what, code, 'Set PORT to one above 1023, and HOST to an address of this machine.')
  }
}
