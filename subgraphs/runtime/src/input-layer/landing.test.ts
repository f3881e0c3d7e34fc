import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import type { InputConnector, SourceItem } from '../input-ports/port.js'
import { examineParquet } from '../pipeline/index.js'
import { openStores } from '../stores/open-stores.js'
import type { Stores } from '../stores/stores.js'
import type { LandedFile } from './landed.js'
import { inputFiles, type Landing, land, pull, sweepLanding } from './landing.js'
import { receive } from './receive.js'

let folder: string
let stores: Stores
let landing: Landing
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'terrane-landing-'))
  stores = await openStores({ folder, product: 'uk-sales' })
  landing = { folder, metadata: stores.metadata }
})
afterEach(async () => {
  await stores.close()
  await rm(folder, { recursive: true, force: true })
})

const ARRIVAL = { port: 'orders', name: 'a.csv', format: 'csv' } as const
const HELLO = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824' // sha256 of "hello", as sha256sum says
const text = (content: string) => Readable.from([Buffer.from(content)])
const files = (below: string) => readdir(path.join(folder, 'input', below)).catch(() => [])

describe('land', () => {
  test('keeps the bytes as received under their hash; the same content twice is one file', async () => {
    const first = await land(landing, ARRIVAL, Readable.from([Buffer.from('he'), Buffer.from('llo')]))
    expect(first).toMatchObject({ duplicate: false, file: { sha256: HELLO, bytes: 5, port: 'orders' } })
    expect(await readFile(first.file!.path, 'utf8')).toBe('hello')
    expect(await land(landing, { ...ARRIVAL, name: 'b.csv' }, text('hello'))).toMatchObject({ duplicate: true })
    expect(await files('orders')).toEqual([HELLO])
    expect(await stores.metadata.landed('orders')).toMatchObject([{ sha256: HELLO, name: 'b.csv' }])
  })

  test.each(['pushed', 'pulled'] as const)('what was %s is found where the home stands now', async way => {
    const { file } = await land(landing, ARRIVAL, text('hello'))
    await stores.metadata.setCurrent('orders', [{ name: 'a.csv', sha256: file!.sha256 }])
    await stores.close()
    const before = folder
    folder = `${before}-moved`
    await rename(before, folder)
    stores = await openStores({ folder, product: 'uk-sales' })
    const [found] = await inputFiles('orders', way, { folder, metadata: stores.metadata })
    expect(await readFile(found!.path, 'utf8')).toBe('hello')
  })

  test('what arrives together shares commits; each is told only when it is kept, and one that fails costs itself', async () => {
    const commits: number[] = []
    const { metadata } = stores
    const landTogether = (files: LandedFile[]) => {
      commits.push(files.length)
      return metadata.landTogether(files)
    }
    const counted: Landing = { folder, metadata: Object.create(metadata, { landTogether: { value: landTogether } }) }
    const arrive = async (content: string) => {
      const landed = await land(counted, ARRIVAL, text(content))
      if (!landed.file) throw new Error(landed.problems[0]?.message)
      const { file, duplicate } = landed
      const known = (await metadata.landed('orders')).map(({ sha256 }) => sha256)
      expect(known).toContain(file.sha256)
      expect(await readFile(file.path, 'utf8')).toBe(content)
      return duplicate
    }
    // Where this one belongs there is a folder.
    await mkdir(path.join(folder, 'input', 'orders', HELLO), { recursive: true })
    const failing = land(counted, ARRIVAL, text('hello'))
    const duplicates = Promise.all(Array.from({ length: 60 }, (_, at) => arrive(`message ${at % 50}`)))
    await expect(failing).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/)
    expect((await duplicates).filter(Boolean)).toHaveLength(10)
    expect(await metadata.landed()).toHaveLength(50)
    expect(await files('.incoming')).toEqual([])
    expect(commits.length).toBeLessThan(60)
  })

  test('what is too large, or breaks off, leaves nothing', async () => {
    const large = await land({ ...landing, limitBytes: 4 }, ARRIVAL, text('hello'))
    expect(large.problems).toMatchObject([{ code: 'INPUT_TOO_LARGE' }])
    const torn = Readable.from(
      (function* () {
        yield Buffer.from('hel')
        throw new Error('connection reset')
      })(),
    )
    expect((await land(landing, ARRIVAL, torn)).problems).toMatchObject([{ code: 'INPUT_INTERRUPTED' }])
    expect([await files('orders'), await files('.incoming')]).toEqual([[], []])
    expect(await stores.metadata.landed()).toEqual([])
  })

  test('a port cannot be named into another folder', async () => {
    await expect(land(landing, { ...ARRIVAL, port: '../orders' }, text('x'))).rejects.toThrow(TypeError)
    await expect(land(landing, { ...ARRIVAL, port: '.incoming' }, text('x'))).rejects.toThrow(TypeError)
  })

  test('a kill in the middle leaves a temporary file only, which the next start removes', async () => {
    const code = `
      const { Readable } = require('node:stream')
      const { land } = require(${JSON.stringify(path.resolve(__dirname, '../../dist/input-layer/landing.js'))})
      async function* body() { yield Buffer.from('hel'); yield Buffer.from('l'); console.log('half'); await new Promise(resolve => setTimeout(resolve, 600000)) }
      land({ folder: ${JSON.stringify(folder)} }, ${JSON.stringify(ARRIVAL)}, Readable.from(body()))`
    const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(child.stdout, 'data')
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(await files('.incoming')).toHaveLength(1)
    expect([await files('orders'), await stores.metadata.landed()]).toEqual([[], []])
    await sweepLanding(landing)
    expect(await files('.incoming')).toEqual([])
    expect(await land(landing, ARRIVAL, text('hello'))).toMatchObject({ duplicate: false })
  })
})

describe('pull', () => {
  /** A source in memory that counts what is opened. */
  function source(content: Record<string, string>) {
    const opened: string[] = []
    const connector: InputConnector = {
      async list() {
        const items = Object.entries(content).map(
          ([name, said]): SourceItem => ({ name, format: 'csv', revision: `r-${said}` }),
        )
        return { items, problems: [] }
      },
      async open({ name }) {
        opened.push(name)
        const said = content[name]!
        if (said === 'gone') throw new Error('NotFound')
        return text(said)
      },
      async close() {},
    }
    return { content, opened, connector }
  }
  const current = async () =>
    (await inputFiles('orders', 'pulled', landing)).map(file => file.name).sort() // biome-ignore format: one question

  test('opens only what is new by its revision; the listing is the input', async () => {
    const { content, opened, connector } = source({ 'a.csv': '1', 'b.csv': '2' })
    expect(await pull('orders', connector, landing)).toEqual({ changed: true, problems: [] })
    expect(await pull('orders', connector, landing)).toEqual({ changed: false, problems: [] })
    expect(opened).toEqual(['a.csv', 'b.csv'])
    content['b.csv'] = '3'
    delete content['a.csv']
    content['c.csv'] = '4'
    expect(await pull('orders', connector, landing)).toEqual({ changed: true, problems: [] })
    expect(opened).toEqual(['a.csv', 'b.csv', 'b.csv', 'c.csv'])
    expect(await current()).toEqual(['b.csv', 'c.csv'])
  })

  test('the same content twice loads once, under its first name; in two partitions it is two', async () => {
    const { content, connector } = source({ 'orders.csv': '1', 'orders-zz-copy.csv': '1', 'year=2025/a.csv': '1' })
    await pull('orders', connector, landing)
    expect(await current()).toEqual(['orders.csv', 'year=2025/a.csv'])
    content['year=2026/a.csv'] = '1'
    delete content['orders.csv']
    await pull('orders', connector, landing)
    expect(await current()).toEqual(['orders-zz-copy.csv', 'year=2025/a.csv', 'year=2026/a.csv'])
  })

  test('reads again what was lost from the input layer', async () => {
    const { opened, connector } = source({ 'a.csv': '1' })
    await pull('orders', connector, landing)
    await rm(path.join(folder, 'input'), { recursive: true })
    await pull('orders', connector, landing)
    expect(opened).toEqual(['a.csv', 'a.csv'])
    expect(await files('orders')).toHaveLength(1)
  })

  test('with any item unreadable the input stays what it was', async () => {
    const { content, connector } = source({ 'a.csv': '1' })
    await pull('orders', connector, landing)
    Object.assign(content, { 'a.csv': '2', 'b.csv': 'gone' })
    const { changed, problems } = await pull('orders', connector, landing)
    expect([changed, problems.map(each => each.code)]).toEqual([false, ['SOURCE_UNREACHABLE']])
    expect(await current()).toEqual(['a.csv'])
    expect(await stores.metadata.current('orders')).toMatchObject([{ revision: 'r-1' }])
  })
})

describe('receive', () => {
  const push = (contentType: string, body: string | Buffer, more: object = {}) =>
    receive({ port: 'orders', contentType, ...more }, new Response(body as BodyInit).body, landing, {
      properties: [],
      examineParquet,
    })

  test('format by content type or by query, names as given, receipts', async () => {
    const { receipt } = await push('text/csv; charset=utf-8', 'hello', { name: 'year=2026/a.csv' })
    expect(receipt).toMatchObject({ port: 'orders', sha256: HELLO, bytes: 5, duplicate: false })
    expect(await push('text/csv', 'hello')).toMatchObject({ receipt: { duplicate: true } })
    await push('application/octet-stream', '{"a":1}\n', { format: 'ndjson' })
    await push('application/json', '[{"a":1}]')
    await push('application/x-ndjson', gzipSync('{"a":2}'), { contentEncoding: 'gzip' })
    const landedFiles = await inputFiles('orders', 'pushed', landing)
    expect(landedFiles.map(file => [file.format, file.compression]).sort()).toEqual([
      ['csv', undefined],
      ['json', undefined],
      ['ndjson', undefined],
      ['ndjson', 'gzip'],
    ])
  })

  test.each([
    ['an unknown type', 'text/plain', 'x', {}, 'INPUT_FORMAT_UNKNOWN'],
    ['an unknown format', 'text/csv', 'x', { format: 'xlsx' }, 'INPUT_FORMAT_UNKNOWN'],
    ['an unknown encoding', 'text/csv', 'x', { contentEncoding: 'br' }, 'INPUT_ENCODING_UNKNOWN'],
    ['nothing', 'text/csv', '', {}, 'INPUT_EMPTY'],
    ['half a message', 'application/json', '{"a":', {}, 'INPUT_UNREADABLE'],
    ['a message that is no object', 'application/json', '"a"', {}, 'INPUT_UNREADABLE'],
    ['half a parquet file', 'application/vnd.apache.parquet', 'PAR1 and so on', {}, 'INPUT_UNREADABLE'],
    [
      'half a gzip',
      'text/csv',
      gzipSync('a,b\n'.repeat(999)).subarray(0, 30),
      { contentEncoding: 'gzip' },
      'INPUT_UNREADABLE',
    ],
  ])('refuses %s and keeps nothing', async (_name, contentType, body, more, code) => {
    const { receipt, problems } = await push(contentType, body, more)
    expect([receipt, problems.map(each => each.code)]).toEqual([undefined, [code]])
    expect([await files('orders'), await files('.incoming')]).toEqual([[], []])
  })
})
