import 'reflect-metadata'
import '../without-apollo-telemetry.js'
import cluster from 'node:cluster'
import { setImmediate as turn } from 'node:timers/promises'
import { Deferred } from '../deferred.js'
import { startSpareThread, tellSpareThread } from '../executor/plan/spare-thread.js'
import { boundGarbage } from '../garbage.js'
import { GatewayStartError } from '../start-error.js'
import { readSource } from '../supergraph/read-source.js'
import type { Figures } from './common-figures.js'
import type { ToPrimary, ToWorker, WorkerOptions } from './messages.js'
import type { Siblings } from './siblings.js'

/** Clients that are not idle for so long learn from an answer that they have to connect anew. */
const DRAIN_MILLISECONDS = 2000

/** Nobody is told where the primary is gone. */
const tell = (message: ToPrimary) => void (process.connected && process.send?.(message))

let asked = 0
const waiting = new Map<number, Deferred<string>>()

function ask(question: { terrane: 'metrics' } | { terrane: 'renew'; joins: boolean }): Promise<string> {
  const id = asked++
  const answer = new Deferred<string>()
  waiting.set(id, answer)
  tell({ ...question, id })
  return answer.promise.finally(() => waiting.delete(id))
}

let figures: () => Promise<Figures> = async () => []
const count = async () => tell({ terrane: 'counted', figures: await figures() })

const siblings: Siblings = {
  counting: own => {
    figures = own
  },
  metrics: () => ask({ terrane: 'metrics' }),
  renew: async ({ joins }) => void (await ask({ terrane: 'renew', joins })),
}

/** In parts: what comes meanwhile, options and a supergraph, does not wait for the last of it. */
async function loadServer() {
  for (const load of [() => import('graphql'), () => import('@apollo/server'), () => import('fastify')]) {
    await load()
    await turn()
  }
  return import('../server.js')
}

/** The planning thread has it before there is a server. Rejects as reading does, to whoever waits for it. */
function readForPlanning(source: string): Promise<string> {
  const text = readSource(source)
  text.then(
    sdl => tellSpareThread({ sdl, validate: true }),
    () => undefined,
  )
  return text
}

async function serve(
  options: WorkerOptions,
  server: ReturnType<typeof loadServer>,
  atEnd: () => Promise<void>,
): Promise<void> {
  const supergraph = options.supergraph === undefined ? undefined : readForPlanning(options.supergraph)
  try {
    const { startGateway } = await server
    const gateway = await startGateway(options, siblings, supergraph)
    let closing: Promise<void> | undefined
    const close = (graceMilliseconds?: number) => {
      const closed = gateway.close({
        drainMilliseconds: DRAIN_MILLISECONDS,
        ...(graceMilliseconds === undefined ? {} : { graceMilliseconds }),
      })
      // All that was counted, before nobody can ask for it any more.
      closing ??= closed.finally(count).finally(atEnd)
      return closing
    }
    // Before node looks whether the process was to go on without its primary: by itself it ends at once.
    cluster.worker!.once('disconnect', () => {
      cluster.worker!.exitedAfterDisconnect = true
      void close().finally(() => process.exit(0))
    })
    process.on('message', (message: ToWorker) => {
      if (message.terrane === 'drain') void close(message.graceMilliseconds).finally(() => tell({ terrane: 'drained' }))
      // Connections that were on their way here when the port was closed have been given back by now.
      if (message.terrane === 'end') setImmediate(() => process.exit(0))
    })
    // While nobody waits for this process: later it would hold them up, and V8 puts it off as long as it may.
    globalThis.gc?.()
    boundGarbage()
    const { url, metricsUrl } = gateway
    tell({ terrane: 'serving', url, ...(metricsUrl === undefined ? {} : { metricsUrl }) })
  } catch (error) {
    const problems = error instanceof GatewayStartError ? error.problems : []
    const failed: ToPrimary = { terrane: 'failed', problems, reason: String((error as Error).stack) }
    process.send?.(failed, () => process.exit(1))
  }
}

/**
 * Makes this process a worker of `start-workers.ts`: it serves until it is told to drain, or its primary is gone. `atEnd` is
 * what has to be done after the last answer.
 */
export function serveAsWorker(atEnd: () => Promise<void> = async () => {}): void {
  // A terminal's Ctrl-C reaches the whole group; when to stop is the primary's to say.
  process.on('SIGINT', () => undefined)
  process.on('SIGTERM', () => undefined)
  process.on('message', (message: ToWorker) => {
    if (message.terrane === 'start') void serve(message.options, server, atEnd)
    if (message.terrane === 'count') void count()
    if (message.terrane === 'beat') tell({ terrane: 'alive' })
    if (message.terrane === 'metrics') waiting.get(message.id)?.resolve(message.text)
    if (message.terrane !== 'renewed') return
    const { id, reason } = message
    if (reason === undefined) waiting.get(id)?.resolve('')
    else waiting.get(id)?.reject(new Error(reason))
  })
  // A primary that is gone cannot be told: `disconnect` says so too, and is what this process ends by.
  cluster.worker?.on('error', () => undefined)
  tell({ terrane: 'waiting' })
  startSpareThread()
  const server = loadServer()
  // Who serves hears it.
  server.catch(() => undefined)
}
