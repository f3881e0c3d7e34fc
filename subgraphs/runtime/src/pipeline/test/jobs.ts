import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Contract, Dataset, Model, Property, QualityRule, ValueType } from '@terrane/schema'
import type { RunJob, RunLimits } from '../job.js'

/** Datasets and jobs as a product would make them, with real files in a folder that `remove` takes away again. */

const contract: Contract = {
  id: 'test.orders',
  version: '1.0.0',
  major: 1,
  file: 'contracts/orders.odcs.yaml',
  document: {},
  datasets: [],
  servers: [],
  sla: [],
  roles: [],
  support: [],
}

export function property(name: string, type: ValueType | ValueType['kind'], more: Partial<Property> = {}): Property {
  return {
    name,
    type: typeof type === 'object' ? type : type === 'decimal' ? { kind: type, precision: 12, scale: 2 } : plain(type),
    required: false,
    unique: false,
    discover: 'visible',
    classification: 'internal',
    quality: [],
    options: {},
    physicalName: name,
    place: { file: contract.file, line: 7, column: 3 },
    ...more,
  }
}

function plain(kind: Exclude<ValueType['kind'], 'decimal'>): ValueType {
  return kind === 'array' ? { kind, items: { kind: 'string' } } : { kind }
}

/** Knows its contract, which knows its dataset, as read ones do. */
export function dataset(name: string, properties: Property[], more: Partial<Dataset> = {}): Dataset {
  const made: Dataset = {
    name,
    properties,
    primaryKey: [],
    quality: [],
    visibility: 'internal',
    discover: 'visible',
    contract: { ...contract, datasets: [] },
    place: { file: contract.file, line: 5, column: 1 },
    ...more,
  }
  made.contract.datasets.push(made)
  return made
}

export function rule(metric: QualityRule['metric'], more: Partial<QualityRule> = {}): QualityRule {
  return {
    id: metric,
    metric,
    properties: [],
    arguments: {},
    unit: 'rows',
    comparison: { op: 'mustBe', value: 0 },
    severity: 'error',
    ...more,
  }
}

export function model(name: string, sql: string, layer: Model['layer'] = 'output'): Model {
  return { name, layer, file: `pipeline/${layer}/${name}.sql`, sql }
}

export const ORDERS = dataset(
  'orders',
  [
    property('order_id', 'string', { required: true }),
    property('amount', 'decimal', { required: true }),
    property('currency', 'string'),
  ],
  { primaryKey: ['order_id'] },
)

export interface TestJob {
  job: RunJob
  folder: string
  remove(): void
}

/** A product with one csv port `orders` (order_id, amount, currency, all text) and the models given. */
export function aJob(
  models: Model[],
  { csv = 'order_id,amount,currency\nA,1.50,EUR\nB,2.25,GBP\n', ...more }: Partial<RunJob> & { csv?: string } = {},
  limits: Partial<RunLimits> = {},
): TestJob {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'terrane-run-'))
  const received = path.join(folder, 'input', 'orders')
  mkdirSync(received, { recursive: true })
  const sha256 = createHash('sha256').update(csv).digest('hex')
  writeFileSync(path.join(received, sha256), csv)
  const expected = dataset('orders', [
    property('order_id', 'string'),
    property('amount', 'decimal'),
    property('currency', 'string'),
  ])
  const job: RunJob = {
    kind: 'publish',
    product: 'test',
    inputFile: path.join(folder, 'input.duckdb'),
    inputs: [
      {
        port: 'orders',
        dataset: expected,
        files: [
          {
            port: 'orders',
            sha256,
            path: path.join(received, sha256),
            name: 'orders.csv',
            format: 'csv',
            bytes: csv.length,
            receivedAt: '2026-01-01T00:00:00.000Z',
          },
        ],
      },
    ],
    quarantineFolder: path.join(folder, 'quarantine'),
    models,
    datasets: [ORDERS],
    outputFolder: path.join(folder, 'publications', '1'),
    rows: { kind: 'sqlite' },
    limits: { memoryMegabytes: 512, threads: 2, seconds: 60, ...limits },
    ...more,
  }
  return { job, folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
