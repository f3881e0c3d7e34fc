import type { Property } from '@terrane/schema'
import { problem } from '@terrane/schema/problems'
import { faultOf, literal, quoted, type Source, typedSelect } from './columns.js'
import { type BadRow, clip, fault, type Load, type Loader, missing, unfitRows, unreadable } from './load.js'
import { hasMagic } from './magic.js'
import { all } from './store.js'

/** Columns by name; each is converted to the contract's type where it is of another. */
export const loadParquet: Loader = async load => {
  const { connection, properties } = load
  const { found, names, columnOf } = await columnsOf(load)
  const sources = properties.map((property): Source | undefined => {
    const column = columnOf(property)
    if (column !== undefined) return { sql: sourceOf(property, column), as: 'any' }
    const partition = load.partitions.get(property.physicalName)
    return partition == null ? undefined : { sql: literal(partition), as: 'text' }
  })
  const relation = `read_parquet(${literal(load.path)}, hive_partitioning = false)`
  try {
    await connection.run(`INSERT INTO ${load.table} ${typedSelect(properties, sources, relation, load.number)}`)
  } catch (error) {
    throw unreadable(load, error)
  }
  const quarantined = await withTexts(load, names, await unfitRows(load))
  const known = new Set(properties.map(columnOf))
  const ignored = found.filter(column => !known.has(column)).map(column => column.name)
  const { port, name: file } = load.file
  const details = { port, file, columns: ignored.slice(0, 30).join(', ') }
  return { quarantined, warnings: ignored.length > 0 ? [problem('INPUT_COLUMNS_IGNORED', details, { file })] : [] }
}

/** @throws FileFault where what the contract requires is not among them */
export async function columnsOf(load: Pick<Load, 'connection' | 'file' | 'path' | 'properties' | 'partitions'>) {
  const found = await describeParquet(load)
  const byName = new Map(found.map(column => [column.name.toLowerCase(), column]))
  const columnOf = (property: Property) => byName.get(property.physicalName.toLowerCase())
  const names = found.map(column => column.name)
  const has = (property: Property) => columnOf(property) !== undefined || load.partitions.has(property.physicalName)
  const lacking = missing(load, names, has)
  if (lacking) throw lacking
  return { found, names, columnOf }
}

/** The rows again, as JSON, for people to read. */
async function withTexts(load: Load, names: string[], unfit: { place: number; fault: number }[]): Promise<BadRow[]> {
  if (unfit.length === 0) return []
  const columns = names.map(name => `${quoted(name)} := ${quoted(name)}`).join(', ')
  const texts = await all<{ place: number; text: string }>(
    load.connection,
    `SELECT file_row_number::INTEGER AS place, to_json(struct_pack(${columns}))::VARCHAR AS text
     FROM read_parquet(${literal(load.path)}, file_row_number = true, hive_partitioning = false)
     WHERE file_row_number IN (${unfit.map(row => row.place).join(', ')})`,
  )
  const byPlace = new Map(texts.map(({ place, text }) => [place, text]))
  return unfit.map(({ place, fault }) => ({
    line: place + 1,
    ...faultOf(fault, load.properties),
    text: clip(byPlace.get(place) ?? ''),
  }))
}

export async function describeParquet(
  load: Pick<Load, 'connection' | 'file' | 'path'>,
): Promise<{ name: string; type: string }[]> {
  if (!(await hasMagic(load.path))) {
    throw fault(load, 'INPUT_UNREADABLE', { reason: 'its first or last bytes are missing' })
  }
  try {
    return await all(
      load.connection,
      `SELECT column_name AS name, column_type AS type
       FROM (DESCRIBE FROM read_parquet(${literal(load.path)}, hive_partitioning = false))`,
    )
  } catch (error) {
    throw unreadable(load as Load, error)
  }
}

/** Lists and structs are told in JSON, as they are in every other format. */
function sourceOf(property: Property, column: { name: string; type: string }): string {
  const name = quoted(column.name)
  const nested = /[\])]$/.test(column.type) && !column.type.startsWith('DECIMAL')
  const wanted = property.type.kind === 'array' || property.type.kind === 'json'
  if (nested) return `to_json(${name})::VARCHAR`
  return wanted ? `${name}::VARCHAR` : name
}
