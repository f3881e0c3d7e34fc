import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import type { AuditInfo } from '@terrane/schema'
import { CALLS, folder, type Harbour, openHarbour, SHIPS, writeSources } from '../harbour/harbour.js'

/** Files that the servers of an output contract name: written by every publication, beside the ports. */
let base: string
let productFolder: string
let harbour: Harbour

beforeEach(async () => {
  base = await mkdtemp(path.join(os.tmpdir(), 'terrane-server-files-'))
  productFolder = path.join(base, 'product')
  await cp(folder, productFolder, { recursive: true })
})
afterEach(async () => {
  await harbour?.close()
  await rm(base, { recursive: true, force: true })
})

async function open(...servers: string[]): Promise<void> {
  const contract = path.join(productFolder, 'contracts', 'register.odcs.yaml')
  const lines = servers.map((settings, at) => `  - { server: s${at}, type: local, ${settings} }\n`)
  await writeFile(contract, `${await readFile(contract, 'utf8')}servers:\n${lines.join('')}`)
  harbour = await openHarbour({ productFolder, run: false })
}
const run = () => harbour.product.run('test')

async function query(sql: string): Promise<unknown[]> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const rows = (await connection.runAndReadAll(sql)).getRowsJson()
  connection.closeSync()
  instance.closeSync()
  return rows
}

test('each format, each dataset, each publication; all rows and properties, and the audit knows', async () => {
  const elsewhere = path.join(base, 'elsewhere')
  await open(
    'format: csv, path: "out/{dataset}.csv"',
    `format: parquet, path: "${elsewhere}/{publication}/{dataset}.parquet"`,
    'format: json, path: "out/{dataset}.json"',
    'format: ndjson, path: "out/{dataset}-{publication}.ndjson"',
  )
  expect(await run()).toMatchObject({ state: 'PUBLISHED', publication: 1, problems: [] })
  const out = path.join(productFolder, 'out')
  const written = (await readdir(out)).sort()
  expect(written).toEqual(
    ['calls', 'notices', 'ships'].flatMap(name => [`${name}-1.ndjson`, `${name}.csv`, `${name}.json`]).sort(),
  )
  expect(await query(`SELECT count(*)::INTEGER, sum(profit)::VARCHAR FROM '${elsewhere}/1/calls.parquet'`)).toEqual([
    [CALLS, '90150.00'],
  ])
  expect(JSON.parse(await readFile(path.join(out, 'ships.json'), 'utf8'))).toHaveLength(SHIPS)
  expect((await readFile(path.join(out, 'ships-1.ndjson'), 'utf8')).trim().split('\n')).toHaveLength(SHIPS)

  await writeSources(harbour.sources, 10)
  expect(await run()).toMatchObject({ state: 'PUBLISHED', publication: 2 })
  expect(await query(`SELECT count(*)::INTEGER FROM '${out}/calls.csv'`)).toEqual([[10]])
  expect((await readdir(elsewhere)).sort()).toEqual(['1', '2'])

  const answer = await harbour.get('/data/ports/north/harbour/1/observability/audit', await harbour.as('admin'))
  const { audit } = (await answer.json()) as { audit: AuditInfo[] }
  expect(audit).toContainEqual(
    expect.objectContaining({ subject: 'product:harbour', port: 'files', dataset: 'calls', publication: 2, rows: 10 }),
  )
})

test('what cannot be written is a warning, and written by the next run, also where nothing is new', async () => {
  await open('format: csv, path: "out/{dataset}.csv"')
  const out = path.join(productFolder, 'out')
  await writeFile(out, 'a file where a folder is wanted')
  const first = await run()
  expect(first).toMatchObject({ state: 'PUBLISHED', publication: 1 })
  expect(first.problems).toMatchObject([
    {
      code: 'SERVER_FILE_NOT_WRITTEN',
      severity: 'warning',
      file: 'contracts/register.odcs.yaml',
      line: expect.any(Number),
    },
    { code: 'SERVER_FILE_NOT_WRITTEN' },
    { code: 'SERVER_FILE_NOT_WRITTEN' },
  ])
  const seen = await harbour.get('/data/ports/north/harbour/1/observability/runs', await harbour.as('admin'))
  expect(JSON.stringify(await seen.json())).toMatch(/SERVER_FILE_NOT_WRITTEN/)
  expect(
    (await harbour.ask('{ harbour { ships(first: 1) { nodes { name } } } }', await harbour.as('steward'))).data,
  ).toBeTruthy()

  await rm(out)
  await mkdir(out)
  // What a crash in the middle of a write leaves.
  await writeFile(path.join(out, '.calls.csv.partial'), 'call_id,sh')
  expect(await run()).toMatchObject({ state: 'UNCHANGED', problems: [] })
  expect((await readdir(out)).sort()).toEqual(['calls.csv', 'notices.csv', 'ships.csv'])
  expect(await query(`SELECT count(*)::INTEGER FROM '${out}/calls.csv'`)).toEqual([[CALLS]])

  // One that somebody took away comes back; what is there is left alone.
  await rm(path.join(out, 'ships.csv'))
  await writeFile(path.join(out, 'calls.csv'), 'theirs')
  expect(await run()).toMatchObject({ state: 'UNCHANGED', problems: [] })
  expect((await readdir(out)).sort()).toEqual(['calls.csv', 'notices.csv', 'ships.csv'])
  expect(await readFile(path.join(out, 'calls.csv'), 'utf8')).toBe('theirs')
})

test.each([
  ['several datasets in one file', 'format: csv, path: "out/all.csv"', 'SERVER_PATH_NOT_A_FILE'],
  ['a glob', 'format: csv, path: "out/{dataset}-*.csv"', 'SERVER_PATH_NOT_A_FILE'],
  ['a folder', 'format: csv, path: "{dataset}/"', 'SERVER_PATH_NOT_A_FILE'],
  ['a format with a typing error', 'format: parket, path: "out/{dataset}.parquet"', 'Did you mean parquet?'],
])('%s does not open', async (_, settings, code) => {
  await expect(open(settings)).rejects.toThrow(code)
})
