import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { Dataset, ValueType } from '@terrane/schema'
import { databaseParts } from '@terrane/schema/mysql'
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise'
import { text } from './column-dialect.js'
import { bytesCollation } from './mysql-collation.js'
import { columnOf, indexedTogether, tableOf, withColumns } from './read-columns.js'
import { mysqlDialect } from './row-dialect-mysql.js'
import { ROW } from './row-store.js'
import type { WriteRowsOptions } from './write-rows.js'

/** Rows of one INSERT where LOAD DATA LOCAL is off. */
const BATCH = 1_000
/** MySQL's longest row is 65,535 bytes without its LONGTEXTs; some of it is for what is not text. */
const ROW_BYTES = 48_000
/** InnoDB's longest key, 3,072 bytes, in characters of four. */
const KEY_CHARACTERS = 768

interface Target {
  database: Connection
  columns: DuckDBConnection
  collation: string
  /** Whether the server takes files from its clients. */
  local: boolean
  csvFile: string
}

/** Tables of the new publication, `database.orders__p17`. Nobody reads them before the pointer names them. */
export async function writeRowsMysql(
  options: Omit<WriteRowsOptions, 'rows'> & { rows: { url: string; tables: Record<string, string> } },
): Promise<void> {
  const { database: _, ...server } = databaseParts(options.rows.url)
  const database = await createConnection({ ...server, charset: 'utf8mb4', timezone: 'Z', flags: ['+LOCAL_FILES'] })
  try {
    await database.query("SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_BACKSLASH_ESCAPES', unique_checks = 0")
    const [[variable]] = await database.query<RowDataPacket[]>("SHOW VARIABLES LIKE 'local_infile'")
    const target = {
      database,
      collation: await bytesCollation(async sql => (await database.query<RowDataPacket[]>(sql))[0]),
      local: variable?.Value === 'ON',
      csvFile: join(options.outputFolder, 'rows.csv'),
    }
    await withColumns(options.columnsFile, async columns => {
      for (const dataset of options.datasets) {
        const table = options.rows.tables[dataset.name]
        if (!table) throw new TypeError(`The job names no table for ${dataset.name}.`)
        const started = performance.now()
        const rows = await writeDataset({ ...target, columns }, dataset, table)
        options.onProgress?.({ dataset: dataset.name, rows, seconds: (performance.now() - started) / 1000 })
      }
    })
  } finally {
    await database.end()
  }
}

async function writeDataset(target: Target, dataset: Dataset, qualified: string): Promise<number> {
  const dialect = mysqlDialect(target.collation)
  const at = qualified.lastIndexOf('.')
  const table = `${dialect.name(qualified.slice(0, at))}.${dialect.name(qualified.slice(at + 1))}`
  const lengths = await textLengths(target.columns, dataset)
  await target.database.query(`DROP TABLE IF EXISTS ${table}`)
  await target.database.query(createTable(table, dataset, lengths, target.collation))
  const list = dataset.properties.map(property => exactText(columnOf(property), property.type))
  const select = `SELECT rowid + 1, ${list.join(', ')} FROM ${tableOf(dataset)} ORDER BY rowid`
  return target.local ? load(target, table, dataset, select) : insert(target, table, select)
}

/** DuckDB writes a csv, the server reads it. Null is the bare word, everything else that could be it stands in quotes. */
async function load(target: Target, table: string, dataset: Dataset, select: string): Promise<number> {
  const quoted = dataset.properties.flatMap(({ type }, at) => (isText(type) ? [`c${at}`] : []))
  const names = ['r', ...dataset.properties.map((_, at) => `c${at}`)].join(', ')
  const force = quoted.length > 0 ? `, FORCE_QUOTE (${quoted.join(', ')})` : ''
  const file = target.csvFile
  try {
    await target.columns.run(
      `COPY (SELECT * FROM (${select}) rows(${names}))
       TO '${file.replaceAll("'", "''")}' (FORMAT csv, HEADER false, NULLSTR 'NULL', QUOTE '"', ESCAPE '"'${force})`,
    )
    const [result] = await target.database.query({
      sql: `LOAD DATA LOCAL INFILE 'rows.csv' INTO TABLE ${table} CHARACTER SET utf8mb4
            FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY '' LINES TERMINATED BY '\n'`,
      // Whatever file the server asks for, it gets this one.
      infileStreamFactory: () => createReadStream(file, { highWaterMark: 1024 * 1024 }),
    })
    return (result as { affectedRows: number }).affectedRows
  } finally {
    await rm(file, { force: true })
  }
}

async function insert(target: Target, table: string, select: string): Promise<number> {
  let rows = 0
  const result = await target.columns.stream(select)
  await target.database.beginTransaction()
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    const values = chunk.getRows().map(row => row.map(value => (typeof value === 'bigint' ? String(value) : value)))
    for (let at = 0; at < values.length; at += BATCH)
      await target.database.query(`INSERT INTO ${table} VALUES ?`, [values.slice(at, at + BATCH)])
    rows += values.length
  }
  await target.database.commit()
  return rows
}

/** Longest text of every text column, in characters: short ones are VARCHARs, which sort and index faster. */
async function textLengths(columns: DuckDBConnection, dataset: Dataset): Promise<Map<string, number>> {
  const strings = dataset.properties.filter(({ type }) => type.kind === 'string')
  if (strings.length === 0) return new Map()
  const list = strings.map(property => `coalesce(max(length(${columnOf(property)})), 0)::INTEGER`)
  const [row = []] = (await columns.runAndReadAll(`SELECT ${list.join(', ')} FROM ${tableOf(dataset)}`)).getRows()
  return new Map(strings.map(({ name }, at) => [name, Math.max(1, Number(row[at]))]))
}

function createTable(table: string, dataset: Dataset, lengths: Map<string, number>, collation: string): string {
  const { name: quote } = mysqlDialect(collation)
  const indexes = indexedTogether(dataset)
  const indexed = new Set(indexes.flatMap(({ columns }) => columns))
  let left = ROW_BYTES
  const varchars = new Set<string>()
  // Indexed ones first: they must be VARCHARs where at all possible.
  for (const [name, length] of [...lengths].sort(([a], [b]) => Number(indexed.has(b)) - Number(indexed.has(a)))) {
    if (length > KEY_CHARACTERS || length * 4 > left) continue
    left -= length * 4
    varchars.add(name)
  }
  const columns = dataset.properties.map(({ name, type }) => {
    const length = varchars.has(name) ? lengths.get(name) : undefined
    return `${quote(name)} ${mysqlType(type, length)}${isText(type) ? ` COLLATE ${collation}` : ''}`
  })
  const keys = indexes.map(({ unique, columns: names }, at) => {
    const each = Math.floor(KEY_CHARACTERS / names.length)
    const whole = names.every(name => !lengths.has(name) || (varchars.has(name) && lengths.get(name)! <= each))
    const parts = names.map(name => {
      const whole = !lengths.has(name) || (varchars.has(name) && lengths.get(name)! <= each)
      return whole ? quote(name) : `${quote(name)}(${each})`
    })
    // Of a longer key only the start is indexed, which says nothing of uniqueness; the run has checked it.
    return `${unique && whole ? 'UNIQUE ' : ''}KEY ${quote(`i${at}`)} (${parts.join(', ')})`
  })
  const definitions = [`${ROW} BIGINT NOT NULL PRIMARY KEY`, ...columns, ...keys]
  return `CREATE TABLE ${table} (${definitions.join(', ')}) CHARACTER SET utf8mb4 COLLATE ${collation}`
}

function mysqlType(type: ValueType, length: number | undefined): string {
  switch (type.kind) {
    case 'boolean':
      return 'TINYINT'
    case 'integer':
      return 'INT'
    case 'bigint':
      return 'BIGINT'
    case 'decimal':
      return `DECIMAL(${type.precision}, ${type.scale})`
    case 'double':
      return 'DOUBLE'
    case 'date':
      return 'DATE'
    case 'timestamp':
      return 'DATETIME(6)'
    case 'time':
      return 'TIME(6)'
    default:
      return length === undefined ? 'LONGTEXT' : `VARCHAR(${length})`
  }
}

/** As MySQL reads it from a text. */
function exactText(expression: string, type: ValueType): string {
  if (type.kind === 'boolean') return `CAST(${expression} AS TINYINT)`
  if (type.kind === 'timestamp') return `strftime(${expression}, '%Y-%m-%d %H:%M:%S.%f')`
  return text(expression, type)
}

function isText({ kind }: ValueType): boolean {
  return kind === 'string' || kind === 'array' || kind === 'json'
}
