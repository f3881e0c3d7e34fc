import type { DuckDBConnection } from '@duckdb/node-api'
import type { Property } from '@terrane/schema'
import type { Problem } from '@terrane/schema/problems'
import { FAULT, FILE, literal } from './columns.js'
import { insertObjects } from './json.js'
import type { LandedFile } from './landed.js'
import type { BadRow } from './load.js'
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
 * Loads those of a batch that fit as a whole, and says how many rows each has; the others are left to be loaded one by
 * one. Within the caller's transaction.
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
  const paths = [...byLoad].map(([load, { file }]) => `${literal(file.path)}: ${load}`)
  const list = batch.map(({ file }) => literal(file.path)).join(', ')
  await insertObjects(connection, {
    ...target,
    relation: `(SELECT json, MAP {${paths.join(', ')}}[filename] AS load
      FROM read_json_objects([${list}], format = 'auto', compression = 'uncompressed', filename = true))`,
    load: 'load',
  })
  const loads = numbers.map(({ load }) => load).join(', ')
  const counted = await all<{ load: number; rows: number; faults: number }>(
    connection,
    `SELECT ${FILE} AS load, count(*)::INTEGER AS rows, (count(*) FILTER (${FAULT} <> 0))::INTEGER AS faults
     FROM ${target.table} WHERE ${FILE} IN (${loads}) GROUP BY ALL`,
  )
  const unfit = counted.filter(each => each.faults > 0).map(each => each.load)
  if (unfit.length > 0) await connection.run(`DELETE FROM ${target.table} WHERE ${FILE} IN (${unfit.join(', ')})`)
  return counted
    .filter(each => each.faults === 0)
    .map(({ load, rows }) => ({ message: byLoad.get(load)!, load, rows, quarantined: [], warnings: [] }))
}
