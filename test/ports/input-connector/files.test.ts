import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Contract, InputPort, Server } from '@terrane/schema'
import { formatOf } from '../../../subgraphs/runtime/src/input-ports/files.js'
import { connectorOf, openConnector } from '../../../subgraphs/runtime/src/input-ports/index.js'
import { inputConnectorSuite, PLACE } from './input-connector-suite.js'

function portOf(settings: Record<string, unknown>, more: Partial<Server> = {}): InputPort {
  const server: Server = { server: 'production', connector: 'local', settings, shown: settings, ...more }
  const source = { kind: 'contract' as const, contract: { id: 'in' } as Contract, server }
  return { name: 'orders', version: '1', contractId: 'in', source, place: PLACE }
}

async function connectorFor(folder: string, settings: Record<string, unknown>, more: Partial<Server> = {}) {
  const { connector, problems } = await openConnector(portOf(settings, more), { folder })
  expect(problems).toEqual([])
  return connector!
}

inputConnectorSuite('local', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'terrane-files-'))
  await mkdir(path.join(folder, 'data'))
  const file = (name: string) => path.join(folder, 'data', `${name}.csv`)
  return {
    connector: await connectorFor(folder, { path: 'data/*.csv' }),
    put: (name, content) => writeFile(file(name), content),
    remove: name => rm(file(name)),
    itemName: name => `${name}.csv`,
    breakDown: () => rm(path.join(folder, 'data'), { recursive: true }),
    close: () => rm(folder, { recursive: true, force: true }),
  }
})

describe('files', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'terrane-files-'))
    for (const [name, content] of [
      ['lake/year=2026/country=GB/part-0.parquet', 'x'],
      ['lake/year=2026/country=FR/part-0.parquet', 'y'],
      ['lake/_SUCCESS', ''],
      ['lake/.part.crc', ''],
      ['single.ndjson.gz', gzipSync('{}')],
      ['notes.txt', 'x'],
    ] as const) {
      await mkdir(path.dirname(path.join(folder, name)), { recursive: true })
      await writeFile(path.join(folder, name), content)
    }
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))
  const listed = async (settings: Record<string, unknown>, more: Partial<Server> = {}) => {
    const { items, problems } = await (await connectorFor(folder, settings, more)).list()
    return [...items.map(item => item.name), ...problems.map(problem => problem.code)]
  }
  const PARTS = ['country=FR', 'country=GB'].map(country => `year=2026/${country}/part-0.parquet`)

  test('a folder is all files below it, without what lake writers leave beside', async () => {
    expect(await listed({ path: 'lake' })).toEqual(PARTS)
    expect(await listed({ path: './lake/' })).toEqual(PARTS)
  })
  test('a glob, and one file, also by an absolute path', async () => {
    expect(await listed({ path: 'lake/**/*.parquet' })).toEqual(PARTS)
    expect(await listed({ path: 'lake/year=2026/{country=GB,country=DE}/*' })).toEqual(['country=GB'].map(each => `${each}/part-0.parquet`)) // biome-ignore format: one question
    expect(await listed({ path: path.join(folder, 'single.ndjson.gz') })).toEqual(['single.ndjson.gz'])
  })
  test('what is not there, or has no format, says so', async () => {
    expect(await listed({ path: 'missing/*.csv' })).toEqual(['SOURCE_NOT_FOUND'])
    expect(await listed({ path: 'missing.csv' })).toEqual(['SOURCE_EMPTY'])
    expect(await listed({})).toEqual(['SOURCE_NOT_FOUND'])
    expect(await listed({ path: '*.txt' })).toEqual(['SOURCE_FORMAT_UNKNOWN'])
    expect(await listed({ path: '*.txt' }, { format: 'csv' })).toEqual(['notes.txt'])
  })
  test('formats by ending, the contract first', () => {
    expect(formatOf('a/b.CSV.gz')).toEqual({ format: 'csv', compression: 'gzip' })
    expect(formatOf('b.jsonl')).toEqual({ format: 'ndjson' })
    expect(formatOf('b.json', 'ndjson')).toEqual({ format: 'ndjson' })
    expect(formatOf('b')).toBeUndefined()
  })
  test('an unknown connector is a problem that names the known ones', async () => {
    const port = portOf({}, { connector: 'carrier-pigeon' })
    const { connector, problems } = await openConnector(port, { folder })
    expect([connectorOf(port), connector]).toEqual(['carrier-pigeon', undefined])
    expect(problems).toMatchObject([
      { code: 'CONNECTOR_UNKNOWN', hint: expect.stringMatching('local, .*product, push') },
    ])
  })
})
