import type { InputPort, Server } from '@terrane/schema'
import { type Problem, problem } from '@terrane/schema/problems'
import type { IClientOptions, IPublishPacket, MqttClient } from 'mqtt'
import { generate } from 'mqtt-packet'
import type { Deliver, InputSubscription, SubscriptionFactory } from './port.js'
import { reasonOf } from './reason.js'

/**
 * Messages of an MQTT 3.1.1 broker, at least once: quality of service 1, one persistent session per port, and a message
 * is acknowledged only when it is durable. What was sent while the product was away arrives when it is back; what was
 * not acknowledged before a crash arrives again.
 */
export const mqtt: SubscriptionFactory = (port, deliver, product) => {
  if (port.source.kind !== 'contract') throw new TypeError(`port ${port.name} is fed by a product, not by a broker`)
  return new MqttSubscription(port, port.source.server, deliver, product)
}

const CONNECT_MILLISECONDS = 10_000
const RECONNECT_MILLISECONDS = 2000
/** As many messages are on their way to the disk at once; the broker waits with the others. */
const AT_ONCE = 64

class MqttSubscription implements InputSubscription {
  readonly settled: Promise<void>
  private client?: MqttClient
  private wrong: Problem[] = []
  /** The last of the messages that are being kept. Acknowledgements go in the order of arrival (MQTT 3.1.1, 4.6). */
  private last: Promise<void> = Promise.resolve()
  private underway = 0
  private closed = false
  /** Goes on reading. */
  private resume?: () => void

  constructor(
    private readonly port: InputPort,
    private readonly server: Server,
    private readonly deliver: Deliver,
    private readonly product: string,
  ) {
    const missing = ['host', 'terrane.topic'].find(name => (server.settings[name] ?? '') === '')
    if (missing !== undefined) this.wrong = [this.problem('SOURCE_SETTING_MISSING', { setting: missing })]
    this.settled = missing === undefined ? this.connect(String(server.settings['terrane.topic'])) : Promise.resolve()
  }

  problems(): Problem[] {
    return this.wrong
  }

  async close(): Promise<void> {
    this.closed = true
    await this.last
    await this.client?.endAsync(!this.client.connected).catch(() => undefined)
  }

  private async connect(topic: string): Promise<void> {
    const { connect } = await import('mqtt')
    if (this.closed) return
    const client = connect(optionsOf(this.server, `terrane-${this.product}-${this.port.name}`))
    this.client = client
    // Refusing a message here keeps the client from acknowledging it: that is done below, once it is durable.
    client.handleMessage = (packet, next) => this.take(client, packet, () => next(new Error('acknowledged later')))
    return new Promise(resolve => {
      client.on('connect', () => {
        client.subscribe(topic, { qos: 1 }, (error, granted) => {
          const refused = error !== null || granted?.some(({ qos }) => qos > 2)
          this.wrong = refused ? [this.down('it does not let this client subscribe to the topic')] : []
          resolve()
        })
      })
      const lost = (error?: Error) => {
        // A close follows an error, and says less.
        if (error !== undefined || this.wrong.length === 0) this.wrong = [this.down(reasonOfRefusal(error))]
        resolve()
      }
      client.on('error', lost)
      client.on('close', () => lost())
    })
  }

  private take(client: MqttClient, packet: IPublishPacket, next: () => void): void {
    if (this.closed) return
    const { stream } = client
    const { topic, payload, qos, messageId } = packet
    this.underway++
    // An empty message clears what a topic retains.
    const kept = payload.length === 0 ? Promise.resolve() : this.deliver({ name: topic, body: Buffer.from(payload) })
    kept.catch(() => undefined)
    this.last = this.last
      .then(() => kept)
      .then(
        () => {
          if (qos === 1 && stream.writable) stream.write(generate({ cmd: 'puback', messageId: messageId! }))
        },
        // The broker sends what was not acknowledged again after the next connection.
        () => void stream.destroy(),
      )
      .finally(() => {
        this.underway--
        this.resume?.()
      })
    if (this.underway < AT_ONCE) next()
    else
      this.resume = () => {
        this.resume = undefined
        next()
      }
  }

  private down(reason: string): Problem {
    return this.problem('SOURCE_SILENT', { reason })
  }

  private problem(code: 'SOURCE_SILENT' | 'SOURCE_SETTING_MISSING', details: Record<string, unknown>): Problem {
    const { file, line, column } = this.port.place
    return problem(code, { port: this.port.name, ...details }, { file, line, column })
  }
}

function optionsOf({ settings }: Server, usualClientId: string): IClientOptions {
  const text = (name: string) => (settings[name] === undefined ? undefined : String(settings[name]))
  const [username, password] = [text('terrane.user'), text('terrane.password')]
  const tls = settings['terrane.tls'] === true
  return {
    protocol: tls ? 'mqtts' : 'mqtt',
    host: text('host')!,
    port: Number(settings.port ?? (tls ? 8883 : 1883)),
    protocolVersion: 4,
    clientId: text('terrane.clientId') ?? usualClientId,
    clean: false,
    connectTimeout: CONNECT_MILLISECONDS,
    reconnectPeriod: RECONNECT_MILLISECONDS,
    reconnectOnConnackError: true,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  }
}

/** Return codes of CONNACK (MQTT 3.1.1, table 3.1). */
function reasonOfRefusal(error?: Error): string {
  if (error === undefined) return 'the connection was lost'
  const { code } = error as { code?: unknown }
  if (code === 4 || code === 5) return 'it refuses the user or the password'
  if (code === 2) return 'it refuses the clientId'
  return typeof code === 'number' ? `it refuses the connection (${code})` : reasonOf(error)
}
