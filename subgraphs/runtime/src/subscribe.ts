import { Readable } from 'node:stream'
import type { Problem, Product } from '@terrane/schema'
import type { Log } from './data-product-options.js'
import { type Landing, land } from './input-layer/index.js'
import { openSubscription } from './input-ports/index.js'
import type { InputSubscription, ReceivedMessage } from './input-ports/port.js'

export interface SubscribeParts {
  product: Product
  landing: Landing
  /** Something new has landed. */
  arrived: (port: string) => void
  log: Log
}

export interface Subscriptions {
  /** Once each source has been reached or not: what is wrong. */
  problems(): Promise<Problem[]>
  close(): Promise<void>
}

/** Listens at the ports whose sources send by themselves; a message is kept as a pushed one is. */
export async function subscribe({ product, landing, arrived, log }: SubscribeParts): Promise<Subscriptions> {
  const opened: InputSubscription[] = []
  for (const port of product.inputPorts) {
    const deliver = async (message: ReceivedMessage) => {
      try {
        if (await keep(port.name, message, landing)) arrived(port.name)
      } catch (error) {
        const reason = error instanceof Error ? error.message.split('\n')[0] : 'unknown'
        const text = `A message for input port ${port.name} of ${product.name} could not be kept and will be sent again.`
        log({ level: 'error', message: text, error: reason })
        throw error
      }
    }
    const subscription = await openSubscription(port, deliver, product.name)
    if (subscription) opened.push(subscription)
  }
  return {
    async problems() {
      await Promise.all(opened.map(each => each.settled))
      return opened.flatMap(each => each.problems())
    },
    async close() {
      await Promise.all(opened.map(each => each.close()))
    },
  }
}

/**
 * A message with the content of an earlier one is the earlier one, sent again. What is no JSON lands as lines, which
 * typing quarantines with their reason: refused for ever, it would be sent for ever.
 */
async function keep(port: string, { name, body }: ReceivedMessage, landing: Landing): Promise<boolean> {
  const format = isJson(body) ? 'json' : 'ndjson'
  // A topic is no folder of a lake: what looks like a partition in it is none.
  const shown = `${name.replaceAll('=', '-').slice(0, 200)}.${format}`
  const landed = await land(landing, { port, name: shown, format }, Readable.from([body]))
  if (landed.file === undefined) throw new Error(landed.problems.map(({ message }) => message).join(' '))
  return !landed.duplicate
}

function isJson(body: Buffer): boolean {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    return typeof value === 'object' && value !== null
  } catch {
    return false
  }
}
