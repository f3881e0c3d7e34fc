import type { DuckDBConnection } from '@duckdb/node-api'
import type { Property } from '@terrane/schema'
import type { Problem } from '@terrane/schema/problems'
import { FAULT, FILE, literal } from './columns.js'
import { insertObjects, withObjects } from './json.js'
import type { LandedFile } from './landed.js'
import { type BadRow, unfitRowsByLoad } from './load.js'
import { all } from './store.js'

/** A pushed message is a file of its own; thousands of them are not thousands of transactions. */
const MESSAGE_BYTES = 64 * 1024
const BATCH = 1000

export type Message = { file: LandedFile; key: string }

/** One of several that were loaded together. */
export interface Loaded {
  message: Message
  load: number
  rows: number
  quarantined: BadRow[]
  warnings: Problem[]
}

/** What may be loaded with others: small, plain JSON whose name says nothing. Fewer than a few are not worth it. */
export function batchesOf(pending: Message[]): Message[][] {
  const messages = pending.filter(
    ({ file, key }) =>
      file.format === 'json' && file.compression === undefined && file.bytes <= MESSAGE_BYTES && key === file.sha256,
  )
  const batches: Message[][] = []
  for (let at = 0; at < messages.length; at += BATCH) batches.push(messages.slice(at, at + BATCH))
  return batches.filter(batch => batch.length > 4)
}

/**
 * Loads a batch and says how many rows each message has, and which do not fit; those without any row are left to be loaded
 * one by one. Within the caller's transaction.
 * @throws where a message is no JSON; then none is loaded
 */
export async function loadMessages(
  connection: DuckDBConnection,
  target: { table: string; properties: Property[] },
  batch: Message[],
): Promise<Loaded[]> {
  const numbers = await all<{ load: number }>(
    connection,
    `SELECT nextval('typed.loads')::INTEGER AS load FROM range(${batch.length})`,
  )
  const byLoad = new Map(numbers.map(({ load }, at) => [load, batch[at]!]))
  const list = batch.map(({ file }) => literal(file.path)).join(', ')
  await insertObjects(connection, {
    ...target,
    relation: `(SELECT json, ([${[...byLoad.keys()].join(', ')}])[CAST(file_index AS BIGINT) + 1] AS load
      FROM read_json_objects([${list}], format = 'auto', compression = 'uncompressed'))`,
    load: 'load',
  })
  const counted = await all<{ load: number; rows: number }>(
    connection,
    `SELECT ${FILE} AS load, (count(*) FILTER (${FAULT} = 0))::INTEGER AS rows
     FROM ${target.table} WHERE ${FILE} IN (${[...byLoad.keys()].join(', ')}) GROUP BY ALL`,
  )
  const unfit = await unfitRowsByLoad(numbers.map(({ load }) => ({ connection, table: target.table, number: load })))
  const loaded: Loaded[] = []
  for (const { load, rows } of counted) {
    const message = byLoad.get(load)!
    const { path } = message.file
    const { properties } = target
    const quarantined = await withObjects({ connection, path, properties }, unfit.get(load) ?? [])
    loaded.push({ message, load, rows, quarantined, warnings: [] })
  }
  return loaded
}
