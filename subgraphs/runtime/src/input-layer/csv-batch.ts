import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { plainBytes } from './arrival.js'
import { FAULT, FILE } from './columns.js'
import { loadCsvs } from './csv.js'
import type { Load } from './load.js'
import type { Loaded, Message } from './messages.js'
import { all } from './store.js'

/** Of what is on disk twice while a batch loads, as received; gzip makes about five times as much of it. */
const BATCH_BYTES = 512 * 1024 ** 2
const BATCH_FILES = 50

/** Csv files that may be loaded together: several of one port whose names say nothing. */
export function csvBatchesOf(pending: Message[]): Message[][] {
  const batches: Message[][] = []
  let bytes = 0
  for (const each of pending) {
    const { file, key } = each
    if (file.format !== 'csv' || key !== file.sha256) continue
    const last = batches.at(-1)
    const size = file.bytes * (file.compression === 'gzip' ? 5 : 1)
    bytes = last && last.length < BATCH_FILES && bytes + size <= BATCH_BYTES ? bytes + size : size
    if (last && bytes > size) last.push(each)
    else batches.push([each])
  }
  return batches.filter(batch => batch.length > 1)
}

/**
 * Loads all of a batch, or none: what is wrong with one of them is told when they go one by one. Within the caller's
 * transaction.
 * @throws where any of them cannot be loaded
 */
export async function loadCsvBatch(
  connection: DuckDBConnection,
  { table, properties, scratch }: Pick<Load, 'table' | 'properties' | 'scratch'>,
  batch: Message[],
): Promise<Loaded[]> {
  const numbers = await all<{ load: number }>(
    connection,
    `SELECT nextval('typed.loads')::INTEGER AS load FROM range(${batch.length})`,
  )
  // Unpacking is the thread pool's work: several at a time. All of them end before the caller removes the folder.
  const prepared = await Promise.allSettled(
    batch.map(async ({ file }, at): Promise<Load> => {
      const folder = path.join(scratch, String(at))
      await mkdir(folder)
      const plain = await plainBytes(file, folder)
      const number = numbers[at]!.load
      return { connection, file, path: plain, properties, partitions: new Map(), table, number, scratch: folder }
    }),
  )
  const loads = prepared.map(each => {
    if (each.status === 'rejected') throw each.reason
    return each.value
  })
  const found = await loadCsvs(loads)
  if (found === undefined) return []
  const counted = await all<{ load: number; rows: number }>(
    connection,
    `SELECT ${FILE} AS load, count(*)::INTEGER AS rows FROM ${table}
     WHERE ${FAULT} = 0 AND ${FILE} IN (${loads.map(load => load.number).join(', ')}) GROUP BY ALL`,
  )
  const rows = new Map(counted.map(each => [each.load, each.rows]))
  return loads.map(({ number }, at) => ({
    message: batch[at]!,
    load: number,
    rows: rows.get(number) ?? 0,
    ...found[at]!,
  }))
}
