import { once } from 'node:events'
import { appendFileSync, createReadStream, existsSync, readFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { Aedes } from 'aedes'
import { INDIA, saleOf } from './india-sales.js'
import { monthsUntil, ordersOf } from './orders.js'
import type { DemoSources } from './sources.js'

/** The demo's own MQTT broker, on loopback unless it is told otherwise, and the tills that send to it. */
export interface TillBroker {
  listenPort: number
  /** Sends what the generator wrote; resolves when the product has acknowledged all of it, so when it is durable there. */
  sendGenerated(sources: DemoSources): Promise<void>
  /** From now on a till sells something every so many seconds. What it sends also stands in the source files. */
  trickle(sources: DemoSources, seconds: number): void
  close(): Promise<void>
}

export const TOPIC = 'tills/india/orders'
/** So many messages wait for their acknowledgement at most; the broker keeps them in memory. */
const AHEAD = 200
const TRICKLED = 'trickle.ndjson'

export async function openTillBroker(place = { listenPort: 0, host: '127.0.0.1' }): Promise<TillBroker> {
  const broker = await Aedes.createBroker()
  // Only the tills sell, and they send from here. Whoever else reaches the broker would write into the product.
  broker.authorizePublish = (_client, _packet, done) => done(new Error('only the tills send here'))
  const listening = new Promise<void>(resolve => {
    broker.on('subscribe', subscriptions => {
      if (subscriptions.some(({ topic }) => topic === TOPIC)) resolve()
    })
  })
  const server = createServer(broker.handle).listen(place.listenPort, place.host)
  await once(server, 'listening')
  const send = (payload: string) =>
    new Promise<void>((resolve, reject) => {
      const packet = { cmd: 'publish', topic: TOPIC, payload: Buffer.from(payload), qos: 1, retain: false, dup: false }
      broker.publish(packet as Parameters<typeof broker.publish>[0], error => (error ? reject(error) : resolve()))
    })
  let timer: NodeJS.Timeout | undefined
  return {
    listenPort: (server.address() as AddressInfo).port,
    async sendGenerated({ india }) {
      // Before somebody has subscribed the broker keeps nothing.
      await listening
      let underway = 0
      const acknowledged = () => underway--
      broker.on('ack', acknowledged)
      try {
        for (const file of india.files) {
          for await (const message of createInterface({ input: createReadStream(file) })) {
            underway++
            await send(message)
            while (underway >= AHEAD) await once(broker, 'ack')
          }
        }
        while (underway > 0) await once(broker, 'ack')
      } finally {
        broker.off('ack', acknowledged)
      }
    },
    trickle(sources, seconds) {
      timer = setInterval(() => {
        const message = nextSale(sources)
        appendFileSync(path.join(sources.folder, 'india-sales', TRICKLED), `${message}\n`)
        send(message).catch(() => undefined)
      }, seconds * 1000).unref()
    },
    async close() {
      clearInterval(timer)
      await new Promise<void>(resolve => broker.close(resolve))
      server.close()
    },
  }
}

/** One more order of the last day that the sources cover; which one follows from how many there were. */
function nextSale({ folder, today }: DemoSources): string {
  const file = path.join(folder, 'india-sales', TRICKLED)
  const before = existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0
  const last = monthsUntil(new Date(`${today}T00:00:00Z`)).at(-1)!
  const day = { ...last, from: last.until - 86_400_000 }
  const [[, orders]] = [...ordersOf({ ...INDIA, prefix: 'IN-T', seed: INDIA.seed + before }, [day], 1)] as [[unknown, Parameters<typeof saleOf>[0][]]] // biome-ignore format: one order
  const id = `IN-T-${String(before + 1).padStart(7, '0')}`
  return JSON.stringify([saleOf({ ...orders[0]!, id })])
}
