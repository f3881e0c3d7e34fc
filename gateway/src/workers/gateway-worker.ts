import 'reflect-metadata'
import { startGateway } from '../server.js'
import { GatewayStartError } from '../start-error.js'
import type { ToPrimary, ToWorker, WorkerOptions } from './messages.js'

/** One worker process of `start-workers.ts`: serves until it is told to drain, or its primary is gone. */

const tell = (message: ToPrimary) => process.send?.(message)

// A terminal's Ctrl-C reaches the whole group; when to stop is the primary's to say.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => undefined)

let asked = 0
const waiting = new Map<number, (text: string) => void>()
const siblings = {
  metrics: () =>
    new Promise<string>(resolve => {
      const id = asked++
      waiting.set(id, resolve)
      tell({ terrane: 'metrics', id })
    }),
}

async function serve(options: WorkerOptions): Promise<void> {
  try {
    const gateway = await startGateway(options, siblings)
    process.once('disconnect', () => void gateway.close().finally(() => process.exit(0)))
    process.on('message', (message: ToWorker) => {
      if (message.terrane === 'drain') void gateway.close().finally(() => tell({ terrane: 'drained' }))
      // Connections that were on their way here when the port was closed have been given back by now.
      if (message.terrane === 'end') setImmediate(() => process.exit(0))
    })
    tell({ terrane: 'serving', url: gateway.url })
  } catch (error) {
    const problems = error instanceof GatewayStartError ? error.problems : []
    const failed: ToPrimary = { terrane: 'failed', problems, reason: String((error as Error).stack) }
    process.send?.(failed, () => process.exit(1))
  }
}

process.on('message', (message: ToWorker) => {
  if (message.terrane === 'start') void serve(message.options)
  if (message.terrane !== 'metrics') return
  waiting.get(message.id)?.(message.text)
  waiting.delete(message.id)
})
tell({ terrane: 'waiting' })
