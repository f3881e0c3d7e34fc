import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import type { InputPort, Product } from '@terrane/schema'
import { Aedes } from 'aedes'
import { connectAsync, type MqttClient } from 'mqtt'
import type { Landing } from '../../../subgraphs/runtime/src/input-layer/index.js'
import { openSubscription } from '../../../subgraphs/runtime/src/input-ports/index.js'
import type { ReceivedMessage } from '../../../subgraphs/runtime/src/input-ports/port.js'
import { openStores, type Stores } from '../../../subgraphs/runtime/src/stores/index.js'
import { subscribe } from '../../../subgraphs/runtime/src/subscribe.js'
import { describeWith, MQTT_BROKER } from '../../servers.js'
import { portOf } from './databases.js'

const CHILD = path.resolve(__dirname, '../../../subgraphs/runtime/dist/input-ports/testing/keep-messages.js')

let folder: string
let stores: Stores
let landing: Landing
let topic: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'terrane-mqtt-'))
  stores = await openStores({ folder, product: 'tills' })
  landing = { folder, metadata: stores.metadata }
  topic = `terrane-test/${randomUUID()}`
})
afterEach(async () => {
  await stores.close()
  await rm(folder, { recursive: true, force: true })
})

const settingsOf = (url: string, more: Record<string, unknown> = {}) => {
  const { hostname, port } = new URL(url)
  const clientId = topic.replaceAll(/\W/g, '').slice(-20)
  return { host: hostname, port: Number(port || 1883), 'terrane.topic': topic, 'terrane.clientId': clientId, ...more }
}
const productOf = (port: InputPort) => ({ name: 'tills', inputPorts: [port] }) as unknown as Product
const contents = async () =>
  Promise.all((await stores.metadata.landed('orders')).map(file => readFile(file.path, 'utf8')))
const until = async (what: () => Promise<boolean>) => {
  const limit = Date.now() + 30_000
  while (!(await what())) {
    if (Date.now() > limit) throw new Error('it did not come to that')
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

describeWith(MQTT_BROKER)('mqtt, on Mosquitto', () => {
  let sender: MqttClient
  beforeEach(async () => {
    sender = await connectAsync(MQTT_BROKER!)
  })
  afterEach(() => sender.endAsync())
  const listen = () =>
    subscribe({ product: productOf(portOf('mqtt', settingsOf(MQTT_BROKER!), [])), landing, arrived: () => {}, log: () => {} }) // biome-ignore format: one call

  test('what is sent is kept byte by byte, also what was sent meanwhile; the same again is the same', async () => {
    const first = await listen()
    expect(await first.problems()).toEqual([])
    await sender.publishAsync(topic, '[{"id": 1.10}]', { qos: 1 })
    await until(async () => (await contents()).length === 1)
    await first.close()
    for (const message of ['{"id": 2}', '[{"id": 1.10}]', 'not json', ''])
      await sender.publishAsync(topic, message, { qos: 1 })
    const second = await listen()
    await until(async () => (await contents()).length === 3)
    await second.close()
    const files = await stores.metadata.landed('orders')
    expect((await contents()).sort()).toEqual(['[{"id": 1.10}]', 'not json', '{"id": 2}'])
    // What is no JSON goes to the quarantine when it is typed, line by line.
    expect(files.map(({ format }) => format).sort()).toEqual(['json', 'json', 'ndjson'])
    expect(files.every(({ name }) => name.startsWith(topic))).toBe(true)
  })

  test('a message that could not be kept is not acknowledged, and comes again', async () => {
    const settings = settingsOf(MQTT_BROKER!)
    const received: string[] = []
    const deliver = async ({ body }: ReceivedMessage) => {
      received.push(String(body))
      if (received.length === 1) throw new Error('the disk is full')
    }
    const subscription = (await openSubscription(portOf('mqtt', settings, []), deliver, 'tills'))!
    await subscription.settled
    await sender.publishAsync(topic, 'a', { qos: 1 })
    await sender.publishAsync(topic, 'b', { qos: 1 })
    await until(async () => received.filter(text => text === 'a').length === 2 && received.includes('b'))
    await subscription.close()
  })

  test('killed again and again, it loses nothing and keeps nothing twice', async () => {
    const port = portOf('mqtt', settingsOf(MQTT_BROKER!), [])
    const start = () => {
      const child = spawn(process.execPath, [CHILD, folder, JSON.stringify(productOf(port))], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      return { child, exited: once(child, 'exit') }
    }
    // The session exists once somebody has subscribed.
    const first = await listen()
    expect(await first.problems()).toEqual([])
    await first.close()
    const expected = Array.from({ length: 300 }, (_, at) => JSON.stringify({ id: at }))
    for (let kill = 0; kill < 4; kill++) {
      const batch = expected.slice(kill * 75, kill * 75 + 75)
      await Promise.all(batch.map(text => sender.publishAsync(topic, text, { qos: 1 })))
      // In the middle of it: the first ones are kept, the last ones not yet.
      const { child, exited } = start()
      await once(child.stdout, 'data')
      child.kill('SIGKILL')
      expect((await exited)[1]).toBe('SIGKILL')
      expect((await stores.metadata.landed('orders')).length).toBeGreaterThan(0)
    }
    const { child, exited } = start()
    await until(async () => (await stores.metadata.landed('orders')).length >= expected.length)
    child.kill('SIGKILL')
    await exited
    expect((await contents()).sort()).toEqual(expected.sort())
  })
})

describe('mqtt, what is wrong', () => {
  const SECRET = 'never-tell-this'
  const problemsOf = async (settings: Record<string, unknown>) => {
    const port = portOf('mqtt', settings, [])
    const subscription = await subscribe({ product: productOf(port), landing, arrived: () => {}, log: () => {} })
    const problems = await subscription.problems()
    await subscription.close()
    return problems
  }

  test('a broker that refuses the password, or the topic, is a warning that does not tell it', async () => {
    const broker = await Aedes.createBroker({
      authenticate: (_client, _user, password, done) =>
        String(password) === SECRET ? done(null, true) : done(Object.assign(new Error(), { returnCode: 4 }), false),
      authorizeSubscribe: (_client, _subscription, done) => done(null, null),
    })
    const server = createServer(broker.handle).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`
    const wrong = await problemsOf(settingsOf(url, { 'terrane.user': 'till', 'terrane.password': `${SECRET}!` }))
    expect(wrong).toMatchObject([{ code: 'SOURCE_SILENT', severity: 'warning', file: 'product.odps.yaml' }])
    expect(wrong[0]!.message).toContain('user or the password')
    const shut = await problemsOf(settingsOf(url, { 'terrane.user': 'till', 'terrane.password': SECRET }))
    expect(shut[0]!.message).toContain('subscribe')
    expect(JSON.stringify([wrong, shut])).not.toContain(SECRET)
    await new Promise<void>(resolve => broker.close(resolve))
    server.close()
  })

  test('nobody there, or settings missing', async () => {
    expect(await problemsOf({ host: '127.0.0.1', port: 1, 'terrane.topic': 'x' })).toMatchObject([{ code: 'SOURCE_SILENT', message: expect.stringContaining('nobody answers') }]) // biome-ignore format: one question
    expect(await problemsOf({ host: '127.0.0.1' })).toMatchObject([{ code: 'SOURCE_SETTING_MISSING', severity: 'error', message: expect.stringContaining('terrane.topic') }]) // biome-ignore format: one question
  })
})
