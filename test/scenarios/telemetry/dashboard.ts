import { readFileSync } from 'node:fs'
import path from 'node:path'

const FOLDER = path.resolve(__dirname, '../../../docker/monitoring')

/** Names of metrics that dashboard and alerts ask for, of the gateway's own or of a product's. */
export function askedMetrics(of: 'gateway' | 'product'): string[] {
  const text = ['grafana/terrane.json', 'alerts.yaml'].map(file => readFileSync(path.join(FOLDER, file), 'utf8')).join()
  const all = new Set([...text.matchAll(/\b(?:terrane|process|nodejs)_\w+(?=[{[)]| =|, job)/g)].map(([name]) => name))
  return [...all].filter(name => /^terrane_(?!gateway_)/.test(name) === (of === 'product')).sort()
}

/** Those that a process does not tell. */
export function unknownIn(text: string, names: readonly string[]): string[] {
  const told = new Map([...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name, type]) => [name!, type!]))
  return names.filter(name => !told.has(name) && told.get(name.replace(/_(bucket|sum|count)$/, '')) !== 'histogram')
}
