import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'

/**
 * A child process for SQL that somebody else wrote: its own process group, almost no environment, a limit on its
 * memory, and an end if its parent dies. What it may do inside is DuckDB's settings' and the judge's business.
 */

/** Address space of node and DuckDB themselves; measured 1.0 to 1.25 GB (threads reserve most of it, untouched). */
const BASE_ADDRESS_SPACE = 1536
/** Resident memory of node and DuckDB themselves, for the watchdog. */
const BASE_RESIDENT = 384

export interface Confinement {
  child: ChildProcess
  /** Kills the whole process group at once. */
  kill(): void
  /** True once the watchdog has killed it. */
  exceededMemory(): boolean
}

/** Starts `dist/run-process.js` with `memoryMegabytes` beyond what node and DuckDB need themselves. */
export function confine(memoryMegabytes: number, folder: string): Confinement {
  // Found from the package's root, so that it is the built file both from dist/ and from src/ under a test runner.
  const script = path.resolve(__dirname, '..', '..', 'dist', 'run-process.js')
  const node = [
    process.execPath,
    '--max-old-space-size=128',
    '--v8-pool-size=1',
    '--disable-wasm-trap-handler', // it reserves address space by the gigabyte
    script,
  ]
  const limited = addressSpaceCanBeLimited()
  const kilobytes = (BASE_ADDRESS_SPACE + memoryMegabytes) * 1024
  const [command, ...args] = limited
    ? ['/bin/sh', '-c', 'ulimit -c 0; ulimit -v "$0" && exec "$@"', String(kilobytes), ...node]
    : node
  const child = spawn(command!, args, {
    cwd: folder,
    detached: true, // a group of its own, so that a kill reaches all of it
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      HOME: folder,
      LANG: 'C.UTF-8',
      TZ: 'UTC',
      // glibc reserves 64 MB of address space per arena and thread.
      MALLOC_ARENA_MAX: '2',
      UV_THREADPOOL_SIZE: '4',
    },
  })
  const kill = () => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
    try {
      process.kill(-child.pid, 'SIGKILL')
    } catch {
      child.kill('SIGKILL') // the group is not there yet, or gone
    }
  }
  let exceeded = false
  const unwatch = limited
    ? () => {}
    : watchResidentMemory(child, BASE_RESIDENT + memoryMegabytes, () => {
        exceeded = true
        kill()
      })
  child.once('exit', unwatch)
  return { child, kill, exceededMemory: () => exceeded }
}

let limitable: boolean | undefined
/** Found out by trying: Linux can, macOS cannot. */
function addressSpaceCanBeLimited(): boolean {
  limitable ??= spawnSync('/bin/sh', ['-c', 'ulimit -v 8000000'], { stdio: 'ignore' }).status === 0
  return limitable
}

/** Calls `onExceeded` once the process holds more than `megabytes`; looks four times a second. Answers how to stop. */
export function watchResidentMemory(child: ChildProcess, megabytes: number, onExceeded: () => void): () => void {
  const timer = setInterval(async () => {
    const resident = child.pid === undefined ? 0 : await residentMegabytes(child.pid)
    if (resident <= megabytes) return
    clearInterval(timer)
    onExceeded()
  }, 250)
  timer.unref()
  return () => clearInterval(timer)
}

async function residentMegabytes(pid: number): Promise<number> {
  if (process.platform === 'linux') {
    try {
      return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
    } catch {
      return 0 // it has just ended
    }
  }
  return new Promise(resolve => {
    execFile('ps', ['-o', 'rss=', '-p', String(pid)], (_, stdout) => resolve(Number(stdout || 0) / 1024))
  })
}
