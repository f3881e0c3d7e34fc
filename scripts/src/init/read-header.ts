import { DuckDBInstance } from '@duckdb/node-api'
import { CommandFailure, Exit } from '../terminal.js'

/** A column as it was found, and as the contract will name it. */
export interface Column {
  /** In the file. */
  source: string
  /** In the contracts: lower case, words by `_`. */
  name: string
  logicalType: 'string' | 'integer' | 'number' | 'boolean' | 'date' | 'timestamp' | 'time'
  physicalType?: string
  required: boolean
}

/** Beyond this, values may hold more digits than any decimal of a contract. */
const DIGITS = 18

/** What DuckDB's sniffer makes of the whole file: types that every row has, and whether a value is ever missing. */
export async function readHeader(csv: string, wanted?: string): Promise<{ columns: Column[]; key?: string }> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' })
  const connection = await instance.connect()
  const all = async (sql: string) =>
    (await connection.runAndReadAll(sql)).getRowObjectsJS() as Record<string, unknown>[]
  try {
    await connection.run(
      `CREATE TABLE csv AS FROM read_csv('${csv.replaceAll("'", "''")}', header = true, sample_size = -1)`,
    )
    const found = await all("SELECT column_name AS name, data_type AS type FROM duckdb_columns() WHERE table_name = 'csv' ORDER BY column_index") // biome-ignore format: one question
    const columns: Column[] = []
    let key: string | undefined
    for (const { name, type } of found as { name: string; type: string }[]) {
      const quoted = `"${name.replaceAll('"', '""')}"`
      const [told] = (await all(`SELECT count(*) AS rows, count(${quoted}) AS there, count(DISTINCT ${quoted}) AS different FROM csv`)) as [{ rows: bigint; there: bigint; different: bigint }] // biome-ignore format: one question
      const required = told.rows > 0n && told.there === told.rows
      const column = { source: name, name: nameOf(name, columns), required, ...(await typeOf(type, quoted, all)) }
      columns.push(column)
      const unique = required && told.different === told.rows && !/^(number|timestamp|date)$/.test(column.logicalType)
      if (wanted === undefined && key === undefined && unique) key = column.name
      if (wanted !== undefined && [column.name, name].includes(wanted)) {
        if (told.different !== told.rows) throw new CommandFailure(Exit.Finding, `${wanted} cannot be the key: values are missing or come twice.`) // biome-ignore format: one sentence
        key = column.name
      }
    }
    if (columns.length === 0) throw new CommandFailure(Exit.Finding, `${csv} has no columns.`)
    if (wanted !== undefined && key === undefined) {
      throw new CommandFailure(Exit.Usage, `There is no column ${wanted}; there are ${columns.map(each => each.name).join(', ')}.`) // biome-ignore format: one sentence
    }
    return { columns, ...(key === undefined ? {} : { key }) }
  } catch (error) {
    if (error instanceof CommandFailure) throw error
    // DuckDB's words would show lines of the file.
    throw new CommandFailure(Exit.Finding, `${csv} cannot be read as csv with a header in its first line, in UTF-8.`)
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

async function typeOf(
  type: string,
  quoted: string,
  all: (sql: string) => Promise<Record<string, unknown>[]>,
): Promise<Pick<Column, 'logicalType' | 'physicalType'>> {
  switch (type) {
    case 'BIGINT': {
      const [{ wide }] = (await all(`SELECT coalesce(max(abs(${quoted}::HUGEINT)) > 2147483647, false) AS wide FROM csv`)) as [{ wide: boolean }] // biome-ignore format: one question
      return { logicalType: 'integer', ...(wide ? { physicalType: 'bigint' } : {}) }
    }
    case 'DOUBLE': {
      // A csv's 12.50 is a decimal that the sniffer calls a double: as many places as any value has.
      const [{ scale, whole, exact }] = (await all(
        `SELECT coalesce(max(length(split_part(text, '.', 2))), 0)::INTEGER AS scale, coalesce(max(length(ltrim(split_part(text, '.', 1), '-'))), 1)::INTEGER AS whole,
           bool_and(text NOT SIMILAR TO '.*[eEnN].*') AS exact FROM (SELECT ${quoted}::VARCHAR AS text FROM csv WHERE ${quoted} IS NOT NULL)`,
      )) as [{ scale: number; whole: number; exact: boolean }]
      const places = Math.max(2, scale)
      if (!exact || whole + places + 2 > DIGITS) return { logicalType: 'number', physicalType: 'double' }
      // Room for amounts that are greater than any so far.
      return {
        logicalType: 'number',
        physicalType: `decimal(${Math.min(DIGITS, Math.max(12, whole + places + 2))},${places})`,
      }
    }
    case 'BOOLEAN':
      return { logicalType: 'boolean' }
    case 'DATE':
      return { logicalType: 'date' }
    case 'TIME':
      return { logicalType: 'time' }
    case 'TIMESTAMP':
    case 'TIMESTAMP WITH TIME ZONE':
      return { logicalType: 'timestamp' }
    default:
      return { logicalType: 'string' }
  }
}

function nameOf(source: string, before: readonly Column[]): string {
  const plain = source
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .toLowerCase()
  const name = /^[a-z]/.test(plain) ? plain : `column_${plain || before.length + 1}`
  const taken = before.filter(each => each.name === name || each.name.startsWith(`${name}_`)).length
  return before.some(each => each.name === name) ? `${name}_${taken + 1}` : name
}
