import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { DuckDBConnection } from '@duckdb/node-api'
import { faultOf, literal, type Source, typedSelect } from './columns.js'
import { type BadRow, clip, type Load, type Loader, type Unfit, unfitRows, unreadable } from './load.js'
import { all } from './store.js'

/** One object may be this long, in bytes. */
const OBJECT_BYTES = 64 * 1024 ** 2

/** One object per line; a line that is none is quarantined. */
export const loadNdjson: Loader = async load => {
  const relation = `read_ndjson_objects(${literal(load.path)}, ignore_errors = true, compression = 'uncompressed',
    maximum_object_size = ${OBJECT_BYTES})`
  const unfit = await insert(load, relation)
  return { quarantined: await texts(load, unfit), warnings: [] }
}

/** One object, an array of objects, or objects one after another. Its "lines" are the objects, counted from 1. */
export const loadJson: Loader = async load => {
  return { quarantined: await withObjects(load, await insert(load, objectsOf(load.path))), warnings: [] }
}

function objectsOf(path: string): string {
  return `read_json_objects(${literal(path)}, format = 'auto', compression = 'uncompressed',
    maximum_object_size = ${OBJECT_BYTES})`
}

/** The objects again, for people to read. */
export async function withObjects(
  { connection, path, properties }: Pick<Load, 'connection' | 'path' | 'properties'>,
  unfit: Unfit[],
): Promise<BadRow[]> {
  if (unfit.length === 0) return []
  const objects = await all<{ place: bigint; text: string }>(
    connection,
    `SELECT * FROM (SELECT row_number() OVER () - 1 AS place, json::VARCHAR AS text FROM ${objectsOf(path)})
     WHERE place IN (${unfit.map(row => row.place).join(', ')})`,
  )
  const byPlace = new Map(objects.map(({ place, text }) => [Number(place), text]))
  return unfit.map(({ place, fault }) => ({
    line: place + 1,
    ...faultOf(fault, properties),
    text: clip(byPlace.get(place) ?? ''),
  }))
}

async function insert(load: Load, relation: string): Promise<Unfit[]> {
  try {
    await insertObjects(load.connection, { ...load, relation, load: load.number })
  } catch (error) {
    throw unreadable(load, error)
  }
  return unfitRows(load)
}

/** Inserts from a relation with the column `json`. */
export async function insertObjects(
  connection: DuckDBConnection,
  from: Pick<Load, 'properties' | 'table'> &
    Partial<Pick<Load, 'partitions'>> & { relation: string; load: number | string },
): Promise<void> {
  const { properties, table, relation, load, partitions } = from
  const paths = properties.map(property => literal(pathOf(property.physicalName)))
  const sources = properties.map((property, at): Source => {
    const partition = partitions?.get(property.physicalName)
    const value = `found[${at + 1}]`
    const sql = partition == null ? value : `coalesce(${value}, ${literal(partition)})`
    const doubt = property.type.kind === 'decimal' && property.type.precision > DOUBLE_DIGITS
    return { sql, as: 'text', ...(doubt ? { doubt: rounded(value, paths[at]!) } : {}) }
  })
  const found = `(SELECT *, json_extract_string(json, [${paths.join(', ')}]) AS found FROM ${relation})`
  const torn = `coalesce(json_type(json), 'NULL') <> 'OBJECT'`
  await connection.run(`INSERT INTO ${table} ${typedSelect(properties, sources, found, load, torn)}`)
}

/** A JSON number with a fraction goes through a double on its way (RFC 8259, 6): beyond this it may have been rounded. */
const DOUBLE_DIGITS = 15
function rounded(value: string, path: string): string {
  return `coalesce(json_type(json, ${path}) = 'DOUBLE' AND length(regexp_replace(${value}, '[^0-9]', '', 'g')) > ${DOUBLE_DIGITS}, false)`
}

/** `customer.email` is a property of that name; a JSON path begins with `$`. */
function pathOf(physicalName: string): string {
  return physicalName.startsWith('$') ? physicalName : `$."${physicalName.replaceAll('"', '\\"')}"`
}

async function texts(load: Load, unfit: Unfit[]): Promise<BadRow[]> {
  const rows: BadRow[] = []
  if (unfit.length === 0) return rows
  let line = 0
  let place = -1
  for await (const text of createInterface({ input: createReadStream(load.path), crlfDelay: Infinity })) {
    line++
    if (text.trim() === '') continue
    const next = unfit[rows.length]
    if (next === undefined) break
    if (++place === next.place) rows.push({ line, ...faultOf(next.fault, load.properties), text: clip(text) })
  }
  return rows
}
