import { join } from 'node:path'
import type { Dataset } from '@terrane/schema'
import type { FinishedManifest, Publications } from '../store.js'
import { writeRows } from '../write-rows.js'
import { dataset, writeColumns } from './datasets.js'

/** Every row of publication n says n, in every table and store: what mixes two publications shows. */
export const marks: Dataset = dataset(
  'marks',
  { id: { kind: 'integer' }, publication: { kind: 'integer' }, amount: { kind: 'decimal', precision: 9, scale: 2 } },
  ['id'],
)
export const ROWS = 200

/** A whole run without a pipeline: columns, rows, manifest, pointer. */
export async function publish(publications: Publications, databaseUrl?: string): Promise<number> {
  const { number, folder, tables } = await publications.begin()
  const columnsFile = join(folder, 'columns.duckdb')
  await writeColumns(columnsFile, [
    { dataset: marks, values: `SELECT range, ${number}, range / 100 FROM range(${ROWS})` },
  ])
  const rows = databaseUrl ? { kind: 'mysql' as const, url: databaseUrl, tables } : { kind: 'sqlite' as const }
  await writeRows({ columnsFile, rows, datasets: [marks], outputFolder: folder })
  await publications.commit(manifest(number, rows.kind === 'mysql' ? { kind: 'mysql', tables } : { kind: 'sqlite' }))
  return number
}

export function manifest(number: number, rows: FinishedManifest['rows']): FinishedManifest {
  return {
    product: 'marks',
    number,
    createdAt: new Date().toISOString(),
    fingerprint: String(number),
    inputs: [],
    models: [],
    contracts: [],
    datasets: [{ dataset: 'marks', rows: ROWS }],
    quality: [],
    lineage: [],
    rows,
  }
}
