import { randomUUID } from 'node:crypto'
import { stringify } from 'yaml'
import type { Column } from './read-header.js'

export interface NewProduct {
  name: string
  domain: string
  /** Path of the data, from the product's folder. */
  csv: string
  columns: Column[]
  key?: string
}

/** The files of a product that passes `terrane check`, by their path in its folder. */
export function newProduct(product: NewProduct): Record<string, string> {
  const dataset = datasetOf(product.name)
  return {
    'product.odps.yaml': stringify(descriptor(product, dataset)),
    [`contracts/inputs/${dataset}.odcs.yaml`]: stringify(inputContract(product, dataset)),
    [`contracts/${dataset}.odcs.yaml`]: stringify(outputContract(product, dataset)),
    [`pipeline/abstraction/${dataset}_clean.sql`]: abstraction(product, dataset),
    [`pipeline/output/${dataset}.sql`]: output(product, dataset),
  }
}

/** `ireland-orders` has orders, `ireland` has rows. */
function datasetOf(name: string): string {
  const [, ...more] = name.split('-')
  const last = more.at(-1)
  if (last === undefined || !last.endsWith('s')) return 'rows'
  // Sales are of orders; the word has no singular.
  return last === 'sales' ? 'orders' : last
}

/** Stands in a new product until somebody says what it is for. */
export const placeholderPurpose = (name: string) => `What ${name} is for: one sentence for people who look for data.`

function descriptor({ name, domain }: NewProduct, dataset: string) {
  return {
    apiVersion: 'v1.0.0',
    kind: 'DataProduct',
    id: randomUUID(),
    name,
    version: '1.0.0',
    status: 'active',
    domain,
    description: { purpose: placeholderPurpose(name) },
    inputPorts: [{ name: dataset, version: '1.0.0', contractId: `${name}.input.${dataset}` }],
    outputPorts: [{ name: dataset, version: '1.0.0', type: 'tables', contractId: `${name}.${dataset}` }],
    team: { name: titleOf(name) },
    customProperties: [{ property: 'terrane.visibility', value: 'internal' }],
  }
}

function inputContract({ name, csv, columns }: NewProduct, dataset: string) {
  return {
    apiVersion: 'v3.1.0',
    kind: 'DataContract',
    id: `${name}.input.${dataset}`,
    name: `${titleOf(name)} as received`,
    version: '1.0.0',
    status: 'active',
    servers: [{ server: 'files', type: 'local', path: csv, format: 'csv' }],
    slaProperties: [{ property: 'frequency', value: 1, unit: 'h' }],
    schema: [
      {
        name: dataset,
        properties: columns.map(({ name, source, required, ...type }) => ({
          name,
          ...(source === name ? {} : { physicalName: source }),
          ...type,
          ...(required ? { required } : {}),
        })),
      },
    ],
  }
}

function outputContract({ name, domain, columns, key }: NewProduct, dataset: string) {
  return {
    apiVersion: 'v3.1.0',
    kind: 'DataContract',
    id: `${name}.${dataset}`,
    name: titleOf(name),
    version: '1.0.0',
    status: 'active',
    domain,
    // As often as the source is looked at, and time for the run.
    slaProperties: [
      { property: 'frequency', value: 1, unit: 'h' },
      { property: 'latency', value: 10, unit: 'min' },
    ],
    schema: [
      {
        name: dataset,
        description: `One row of ${dataset}.`,
        quality: [{ id: 'has_rows', metric: 'rowCount', type: 'library', mustBeGreaterThan: 0, severity: 'error' }],
        properties: columns.map(({ name, source: _, required, ...type }) => ({
          name,
          ...type,
          ...(name === key ? { primaryKey: true, primaryKeyPosition: 1, unique: true } : {}),
          ...(required ? { required } : {}),
          classification: 'internal',
        })),
      },
    ],
    roles: [
      {
        role: 'analyst',
        access: 'read',
        customProperties: [{ property: 'terrane.classifications', value: ['public', 'internal'] }],
      },
      { role: 'steward', access: 'read' },
      { role: 'admin', access: 'control' },
    ],
  }
}

function abstraction({ columns }: NewProduct, dataset: string): string {
  const list = columns.map(({ name, logicalType }) =>
    logicalType === 'string' ? `  nullif(trim(${quoted(name)}), '') AS ${quoted(name)}` : `  ${quoted(name)}`,
  )
  return `-- As it arrives, cleaned: put here what must be repaired.\nSELECT\n${list.join(',\n')}\nFROM input.${dataset}\n`
}

function output({ columns, key }: NewProduct, dataset: string): string {
  const list = columns.map(({ name }) => `  ${quoted(name)}`).join(',\n')
  return `SELECT\n${list}\nFROM abstraction.${dataset}_clean\n${key === undefined ? '' : `ORDER BY ${quoted(key)}\n`}`
}

/** Any name may be a word of SQL. */
const quoted = (name: string) => `"${name}"`

function titleOf(name: string): string {
  return name.split('-').map(word => word[0]!.toUpperCase() + word.slice(1)).join(' ') // biome-ignore format: one chain
}
