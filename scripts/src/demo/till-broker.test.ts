import { connectAsync } from 'mqtt'
import { openTillBroker, type TillBroker, TOPIC } from './till-broker.js'

let broker: TillBroker
beforeAll(async () => {
  broker = await openTillBroker()
})
afterAll(() => broker.close())

test('whoever reaches the broker reads it, and sells nothing', async () => {
  const url = `mqtt://127.0.0.1:${broker.listenPort}`
  const reader = await connectAsync(url, { reconnectPeriod: 0 })
  const heard: string[] = []
  reader.on('message', topic => heard.push(topic))
  await reader.subscribeAsync('#', { qos: 1 })
  for (const topic of [TOPIC, 'tills/india/others']) {
    const stranger = await connectAsync(url, { reconnectPeriod: 0 })
    const gone = new Promise<void>(resolve => stranger.once('close', () => resolve()))
    stranger.publish(topic, '[{"order":"forged"}]', { qos: 1 }, () => {})
    await gone
    await stranger.endAsync(true)
  }
  // A message that is allowed would have come before the answer to this.
  await reader.subscribeAsync('other', { qos: 1 })
  expect(heard).toEqual([])
  await reader.endAsync()
})
