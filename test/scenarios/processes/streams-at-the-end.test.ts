import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { issueToken } from '@terrane/gateway'
import { Ledger } from '../caching/ledger.js'
import { eventually } from './processes.js'

/** A gateway that ends, or is replaced by another worker, while clients hear streams of it over connections that they keep. */

/** For what is under way: as long as a worker has in whose place another serves. */
const GRACE_MILLISECONDS = 600_000
/** Below the 72 seconds for which a server keeps an idle connection. */
const IDLE_MILLISECONDS = 60_000

const agent = new Agent({ keepAlive: true })
let ledger: Ledger

beforeAll(async () => {
  ledger = await Ledger.open('in this process')
  await ledger.publish(1)
})
afterAll(async () => {
  agent.destroy()
  await ledger?.close()
})

async function stream(url: string, question?: string): Promise<IncomingMessage> {
  const headers = {
    accept: 'text/event-stream',
    authorization: `Bearer ${await issueToken({ home: ledger.home, as: 'admin' })}`,
  }
  const sent =
    question === undefined
      ? request(`${url}/data/ledgers/ledger/1/observability/events`, { headers, agent })
      : request(`${url}/graphql`, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json' },
          agent,
        })
  sent.end(question && JSON.stringify({ query: question }))
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  expect(answer.statusCode).toBe(200)
  return answer
}

const PUBLISHED = 'subscription { ledgerPublished(after: 0) { publication } }'

test('streams end, their connections do not hold the gateway up, and their clients come back elsewhere', async () => {
  const { gateway } = await ledger.openDoor()
  const streams = [await stream(gateway.url, PUBLISHED), await stream(gateway.url)]
  const heard = streams.map(answer => {
    const all = { text: '', ended: once(answer, 'end') }
    answer.on('data', piece => {
      all.text += piece
    })
    return all
  })
  await eventually(
    async () => heard[0]!.text,
    text => text.includes('"publication":1'),
  )
  const closed = gateway.close({ graceMilliseconds: GRACE_MILLISECONDS })
  await heard[0]!.ended
  // From here on nobody looks for connections that are idle by themselves.
  await eventually(
    () =>
      fetch(gateway.url).then(
        () => false,
        () => true,
      ),
    refused => refused,
  )
  await ledger.publish(2)
  await heard[1]!.ended
  const heldUp = pause(IDLE_MILLISECONDS, 'held up by what is idle', { ref: false })
  expect(await Promise.race([closed, heldUp])).toBeUndefined()
  // There may be more, so that it is not said to be complete.
  expect(heard[0]!.text).not.toContain('event: complete')

  const again = await stream(ledger.gateway.url, PUBLISHED.replace('0', '1'))
  let since = ''
  again.on('data', piece => {
    since += piece
  })
  await eventually(
    async () => since,
    text => text.includes('"publication":2'),
  )
  again.destroy()
})
