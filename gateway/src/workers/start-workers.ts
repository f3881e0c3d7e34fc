import cluster from 'node:cluster'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import path from 'node:path'
import { loadOrCreateKeys } from '@terrane/schema/identity/keys'
import { type Log, logToStandardError } from '../log.js'
import { GatewayStartError } from '../start-error.js'
import type { WorkerOptions } from './messages.js'
import { type WorkerAddress, WorkerPool } from './worker-pool.js'

/** From the build, also where the sources run: processes load plain JavaScript. */
const WORKER = path.resolve(__dirname, '..', '..', 'dist', 'workers', 'gateway-worker.js')

/**
 * Megabytes of each half of what V8 collects often. With its own 16, all that is under way at a busy gateway lives through
 * several collections and is copied each time: an operation costs a fifth to a third more processor time.
 */
const YOUNG_GENERATION = '--max-semi-space-size=64'
/** Has `globalThis.gc`: what a supergraph was loaded with is given back before it is served (`serve-as-worker.ts`). */
const COLLECTS = '--expose-gc'
/**
 * What is compiled stays so. By itself V8 takes less memory after a rest of some minutes, and forgets with the objects of the
 * last request what their shapes were: the next ten thousand questions cost three times as much, until all is compiled anew.
 */
const STAYS_COMPILED = '--no-memory-reducer'
/**
 * How much of what a function calls is compiled into it. At V8's own 920 the long ways that a question takes through many
 * small functions are cut where they are busiest: once it is warm, one costs 2 to 5 % more processor time (docs/benchmarks.md).
 */
const COMPILED_TOGETHER = '--max-inlined-bytecode-size-cumulative=4000'
/** Free ports that are tried where any will do. */
const MOST_PORTS = 3

/** Worker processes behind one port. */
export interface GatewayWorkers extends Readonly<WorkerAddress> {
  /**
   * Starts as many anew, and drains the old ones once those serve: a supergraph that has changed is read again. Resolves
   * once all that was under way at the old ones is answered.
   */
  renew(): Promise<void>
  /** Drains all of them. */
  close(): Promise<void>
}

/**
 * Starts worker processes that serve the same supergraph behind one port; this process hands them connections, replaces
 * who dies, and serves nothing itself. Resolves once all of them serve. Throws `GatewayStartError` where one cannot start.
 */
export async function startWorkers(
  options: WorkerOptions,
  count: number,
  log: Log = logToStandardError,
  /** What each of them runs: a script that calls `serveAsWorker`. */
  exec = WORKER,
  /** Ends what is being started; rejects then. */
  stop?: AbortSignal,
): Promise<GatewayWorkers> {
  const execArgv = [YOUNG_GENERATION, COLLECTS, STAYS_COMPILED, COMPILED_TOGETHER, ...process.execArgv]
  cluster.setupPrimary({ exec, args: [], execArgv })
  for (let attempt = 1; ; attempt++)
    try {
      return await started(options, count, log, stop)
    } catch (error) {
      // Nobody has asked for that one: somebody else was given it before a worker listened there.
      const another = options.listenPort === 0 && isTaken(error) && !stop?.aborted
      if (!another || attempt === MOST_PORTS) throw error
    }
}

async function started(
  options: WorkerOptions,
  count: number,
  log: Log,
  stop: AbortSignal | undefined,
): Promise<GatewayWorkers> {
  stop?.throwIfAborted()
  // The first worker loads what it needs meanwhile.
  const prepared = prepare(options)
  const pool = new WorkerPool(prepared, count, log)
  const close = () => pool.close()
  stop?.addEventListener('abort', close)
  try {
    const [address] = await Promise.all([pool.fill(), prepared])
    return { ...address, renew: () => pool.renew(), close }
  } catch (error) {
    await pool.close()
    throw error
  } finally {
    stop?.removeEventListener('abort', close)
  }
}

/** What all workers are told alike. */
async function prepare(options: WorkerOptions): Promise<WorkerOptions> {
  // Made once: workers that start together would each make their own.
  await loadOrCreateKeys(options.home)
  const { listenPort, host = '127.0.0.1' } = options
  return { ...options, listenPort: listenPort === 0 ? await freePort(host) : listenPort }
}

/** Chosen once: left to the workers, one that takes the place of the last would listen elsewhere. */
async function freePort(host: string): Promise<number> {
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

const isTaken = (error: unknown) =>
  error instanceof GatewayStartError && error.problems.some(({ code }) => code === 'LISTEN_PORT_TAKEN')
