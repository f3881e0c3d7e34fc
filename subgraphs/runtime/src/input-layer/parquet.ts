import { type Property, problem } from '@terrane/schema'
import { FAULT, FILE, faultOf, literal, quoted, type Source, typedSelect } from './columns.js'
import { hasMagic } from './inspect.js'
import { clip, fault, type Load, type Loader, missing, unreadable } from './load.js'
import { all } from './store.js'

/** Columns by name; each is converted to the contract's type where it is of another. */
export const loadParquet: Loader = async load => {
  const { connection, properties } = load
  const found = await describeParquet(load)
  const byName = new Map(found.map(column => [column.name.toLowerCase(), column]))
  const columnOf = (property: Property) => byName.get(property.physicalName.toLowerCase())
  const names = found.map(column => column.name)
  const has = (property: Property) => columnOf(property) !== undefined || load.partitions.has(property.physicalName)
  const lacking = missing(load, names, has)
  if (lacking) throw lacking
  const sources = properties.map((property): Source | undefined => {
    const column = columnOf(property)
    if (column !== undefined) return { sql: sourceOf(property, column), wide: false }
    const partition = load.partitions.get(property.physicalName)
    return partition == null ? undefined : { sql: literal(partition), wide: false }
  })
  const relation = `read_parquet(${literal(load.path)}, hive_partitioning = false)`
  try {
    await connection.run(`INSERT INTO ${load.table} ${typedSelect(properties, sources, relation, load.number)}`)
  } catch (error) {
    throw unreadable(load, error)
  }
  const unfit = await all<{ place: bigint; fault: number; text: string }>(
    connection,
    `WITH unfit AS MATERIALIZED (SELECT place, fault FROM (
       SELECT row_number() OVER (ORDER BY rowid) - 1 AS place, ${FAULT} AS fault FROM ${load.table} WHERE ${FILE} = ${load.number}
     ) WHERE fault <> 0)
     SELECT place, fault, to_json(columns)::VARCHAR AS text
     FROM unfit JOIN (SELECT file_row_number AS number, row_as AS columns FROM
       (SELECT file_row_number, struct_pack(${names.map(name => `${quoted(name)} := ${quoted(name)}`).join(', ')}) AS row_as
        FROM read_parquet(${literal(load.path)}, file_row_number = true, hive_partitioning = false))) ON number = place
     ORDER BY place`,
  )
  const quarantined = unfit.map(row => ({
    line: Number(row.place) + 1,
    ...faultOf(row.fault, properties),
    text: clip(row.text),
  }))
  const known = new Set(properties.map(columnOf))
  const ignored = found.filter(column => !known.has(column)).map(column => column.name)
  const { port, name: file } = load.file
  const details = { port, file, columns: ignored.slice(0, 30).join(', ') }
  return { quarantined, warnings: ignored.length > 0 ? [problem('INPUT_COLUMNS_IGNORED', details, { file })] : [] }
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
