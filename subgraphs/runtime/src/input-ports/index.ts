import type { InputPort } from '@terrane/schema'
import { type Problem, problem } from '@terrane/schema/problems'
import type { ConnectorFactory, ConnectorReach, InputConnector } from './port.js'

/**
 * Every connector that pulls, by ODCS server type (or `terrane.connector`): one file each, loaded when first used.
 * `push` is not among them, because there is nothing to pull.
 */
export const connectors: Record<string, () => Promise<ConnectorFactory>> = {
  local: async () => (await import('./files.js')).files,
  product: async () => (await import('./product.js')).product,
}

/** `push`, `product`, `local`, …: where the port's data comes from. */
export function connectorOf(port: InputPort): string {
  return port.source.kind === 'product' ? 'product' : port.source.server.connector
}

export async function openConnector(
  port: InputPort,
  reach: ConnectorReach,
): Promise<{ connector?: InputConnector; problems: Problem[] }> {
  const name = connectorOf(port)
  const load = Object.hasOwn(connectors, name) ? connectors[name] : undefined
  if (load === undefined) {
    const known = [...Object.keys(connectors), 'push'].sort().join(', ')
    const { file, line, column } = port.place
    return {
      problems: [problem('CONNECTOR_UNKNOWN', { port: port.name, connector: name, known }, { file, line, column })],
    }
  }
  return { connector: (await load())(port, reach), problems: [] }
}
