import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { inspect } from 'node:util'

export const ROOT = path.resolve(__dirname, '..', '..', '..')
export const productFolder = (name: string) => path.join(ROOT, 'subgraphs', name)

export interface Ended {
  exit: number | null
  signal: NodeJS.Signals | null
  out: string
  err: string
}

/** A command under way. */
export interface Running {
  readonly child: ChildProcess
  readonly end: Promise<Ended>
  /** Resolves with the match once standard output holds it; rejects where the command ends without. */
  says(pattern: RegExp): Promise<RegExpMatchArray>
  /** The address it says that it is ready at. */
  url(): Promise<string>
  said(): string
  stop(signal?: NodeJS.Signals): Promise<Ended>
}

const READY = /is ready at (http:\S+)/
const started = new Set<Running>()

/** `terrane <args>` as a process of its own; nothing of Terrane's is taken over from this one's environment. */
export function terrane(args: string[], env: Record<string, string | undefined> = {}): Running {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('TERRANE_') && name !== 'PORT')
  const child = spawn(process.execPath, [path.join(ROOT, 'scripts', 'bin', 'terrane.js'), ...args], {
    cwd: ROOT,
    env: { ...Object.fromEntries(inherited), NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  child.stdout.on('data', chunk => {
    out += chunk
  })
  child.stderr.on('data', chunk => {
    err += chunk
  })
  const end = new Promise<Ended>(resolve => {
    child.on('close', (exit, signal) => resolve({ exit, signal, out, err }))
  })
  const says = (pattern: RegExp) =>
    new Promise<RegExpMatchArray>((resolve, reject) => {
      const look = () => {
        const found = out.match(pattern)
        if (found) resolve(found)
      }
      child.stdout.on('data', look)
      child.on('close', () => reject(new Error(`${args.join(' ')} ended without saying ${pattern}:\n${out}\n${err}`)))
      look()
    })
  const running: Running = {
    child,
    end,
    says,
    url: async () => (await says(READY))[1]!,
    said: () => `${out}\n${err}`,
    stop(signal = 'SIGTERM') {
      child.kill(signal)
      return end
    },
  }
  started.add(running)
  void end.then(() => started.delete(running))
  return running
}

/** After a test: whatever it left running. */
export async function endAll(): Promise<void> {
  await Promise.all([...started].map(running => running.stop('SIGKILL')))
}

/** Many times what anything takes here: only what never happens is to fail, however little of the machine is left for it. */
const PATIENCE_MILLISECONDS = 120_000

/** What `read` gives, once it is as wanted; whoever waits in vain is told what it was last. */
export async function eventually<Read>(
  read: () => Promise<Read>,
  wanted: (read: Read) => boolean,
  { pauseMilliseconds = 150, patienceMilliseconds = PATIENCE_MILLISECONDS } = {},
): Promise<Read> {
  const until = Date.now() + patienceMilliseconds
  for (;;) {
    let last: unknown
    try {
      const found = await read()
      last = found
      if (wanted(found)) return found
    } catch (error) {
      // Also of what an answer without data was looked into for.
      last = error
    }
    if (Date.now() > until) throw new Error(`not in time; last: ${inspect(last, { depth: 8 })}`)
    await new Promise(resolve => setTimeout(resolve, pauseMilliseconds))
  }
}

/**
 * A port at which nobody listens, for what starts later, or again. Of those below what kernels give to whoever asks for any:
 * nobody else is given it meanwhile.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 32_000)
    const server = createServer()
    const free = await new Promise<boolean>(resolve => {
      server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true))
    })
    if (!free) continue
    await new Promise(resolve => server.close(resolve))
    return port
  }
}

/** The processes that a process has started, by what the kernel says. */
export function childrenOf({ child: { pid } }: Pick<Running, 'child'>): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
}

/** Ended and not yet waited for is ended. */
export function isThere(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

export interface Answer {
  status: number
  data: Record<string, unknown> | null
  errors: { message: string; path?: (string | number)[]; extensions?: { code?: string } }[]
}

export async function ask(url: string, query: string, token?: string): Promise<Answer> {
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify({ query }),
  })
  const { data = null, errors = [] } = (await answer.json()) as Partial<Answer>
  return { status: answer.status, data, errors }
}
