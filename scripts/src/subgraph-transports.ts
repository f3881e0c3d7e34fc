import { readFileSync } from 'node:fs'
import { faultOfTransports, type SubgraphTransports } from '@terrane/gateway/executor/transport/subgraph-transport'

/** `written`: the settings as JSON, `{"retries": 0}`, or the path of a file with them. */
export function subgraphTransports(
  written: string,
): { transports: SubgraphTransports; fault?: never } | { fault: string } {
  let settings: unknown
  try {
    settings = JSON.parse(written.trimStart().startsWith('{') ? written : readFileSync(written, 'utf8'))
  } catch (error) {
    return { fault: (error as Error).message }
  }
  const fault = faultOfTransports(settings)
  return fault === undefined ? { transports: settings as SubgraphTransports } : { fault }
}
