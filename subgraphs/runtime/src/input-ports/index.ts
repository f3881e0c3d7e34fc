import type { InputPort } from '@terrane/schema'
import { type Problem, problem } from '@terrane/schema/problems'
import type {
  ConnectorFactory,
  ConnectorReach,
  Deliver,
  InputConnector,
  InputSubscription,
  SubscriptionFactory,
} from './port.js'

/**
 * Every connector that pulls, by ODCS server type (or `terrane.connector`): one file each, loaded when first used.
 * `push` is not among them, because there is nothing to pull.
 */
export const connectors: Record<string, () => Promise<ConnectorFactory>> = {
  local: async () => (await import('./files.js')).files,
  mysql: async () => (await import('./mysql.js')).mysql,
  postgres: async () => (await import('./postgresql.js')).postgresql,
  postgresql: async () => (await import('./postgresql.js')).postgresql,
  product: async () => (await import('./product.js')).product,
  sqlite: async () => (await import('./sqlite.js')).sqlite,
}

/** Those whose source sends by itself. */
const subscriptions: Record<string, () => Promise<SubscriptionFactory>> = {
  mqtt: async () => (await import('./mqtt.js')).mqtt,
}

/** `push`, `product`, `local`, …: where the port's data comes from. */
export function connectorOf(port: InputPort): string {
  return port.source.kind === 'product' ? 'product' : port.source.server.connector
}

/** Whether what arrives accumulates, because it is sent; what is pulled is replaced by what the source shows next. */
export function isSent(port: InputPort): boolean {
  return connectorOf(port) === 'push' || isSubscribed(port)
}

/** Whether its source sends messages, which are no files. */
export function isSubscribed(port: InputPort): boolean {
  return Object.hasOwn(subscriptions, connectorOf(port))
}

/** Undefined where the port's source does not send by itself. */
export async function openSubscription(
  port: InputPort,
  deliver: Deliver,
  product: string,
): Promise<InputSubscription | undefined> {
  if (!isSubscribed(port)) return undefined
  return (await subscriptions[connectorOf(port)]!())(port, deliver, product)
}

export async function openConnector(
  port: InputPort,
  reach: ConnectorReach,
): Promise<{ connector?: InputConnector; problems: Problem[] }> {
  const name = connectorOf(port)
  const load = Object.hasOwn(connectors, name) ? connectors[name] : undefined
  if (load === undefined) {
    const known = [...Object.keys(connectors), ...Object.keys(subscriptions), 'push'].sort().join(', ')
    const { file, line, column } = port.place
    return {
      problems: [problem('CONNECTOR_UNKNOWN', { port: port.name, connector: name, known }, { file, line, column })],
    }
  }
  return { connector: (await load())(port, reach), problems: [] }
}
