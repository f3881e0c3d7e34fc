import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { databaseParts } from '@terrane/schema/mysql'
import { createConnection } from 'mysql2/promise'
import { productDatabaseUrl } from '../product-database.js'
import { StoreUnavailable } from '../store-unavailable.js'
import { openStores } from '../stores/open-stores.js'
import type { Stores } from '../stores/stores.js'
import { openPublications } from './publications.js'
import type { Pin, Publications } from './store.js'
import { decided, dropDatabase, reachableDatabase, temporaryFolder } from './testing/datasets.js'
import { marks, publish, ROWS } from './testing/publish.js'

const PRODUCT = 'publications-test'
const decision = decided(marks)
let databaseUrl: string | undefined
beforeAll(async () => {
  databaseUrl = reachableDatabase()
})

/** The publications that one pin shows, over every way of reading. */
async function seen(pin: Pin): Promise<number[]> {
  const page = await pin.rows.page(marks, { properties: ['publication'], orderBy: [], first: 50 }, decision)
  const after = page.at(-1)!.position
  const next = await pin.rows.page(marks, { properties: ['publication'], orderBy: [], first: 50, after }, decision)
  const [aggregate] = await pin.columns.aggregate(
    marks,
    {
      groupBy: [],
      measures: [
        { fn: 'min', property: 'publication' },
        { fn: 'max', property: 'publication' },
      ],
      orderBy: [],
    },
    decision,
  )
  const keyed = await pin.rows.byKeys(marks, [[1], ['150']], ['publication'], decision)
  const counted = await pin.rows.count(marks, { property: 'publication', op: 'eq', value: pin.number }, decision)
  expect(counted).toBe(ROWS)
  const numbers = [...page, ...next].map(({ row }) => row.publication)
  return [
    ...new Set([pin.number, ...numbers, ...aggregate!.measures, ...keyed.map(row => row?.publication)].map(Number)),
  ]
}

describe.each(['SQLite', 'MariaDB'])('%s', engine => {
  let folder: string
  let remove: () => Promise<void>
  let stores: Stores
  let publications: Publications
  const skipped = () => engine === 'MariaDB' && !databaseUrl
  const url = () => (engine === 'MariaDB' ? databaseUrl : undefined)
  const reopen = async () => {
    publications = await openPublications({
      ...{ folder, product: { name: PRODUCT, datasets: [marks] }, metadata: stores.metadata, keep: 2 },
      ...(url() ? { databaseUrl: url()! } : {}),
    })
  }

  beforeEach(async () => {
    if (skipped()) return
    ;({ folder, remove } = await temporaryFolder())
    stores = await openStores({ folder, product: PRODUCT, ...(url() ? { databaseUrl: url()! } : {}) })
    await reopen()
  })
  afterEach(async () => {
    if (skipped()) return
    await publications.close()
    await stores.close()
    if (url()) await dropDatabase(url()!, PRODUCT)
    await remove()
  })

  async function tables(): Promise<string[]> {
    const { database, ...server } = databaseParts(productDatabaseUrl(url()!, PRODUCT))
    const connection = await createConnection(server)
    const [found] = await connection.query(
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ? AND table_name LIKE 'marks%'",
      [database],
    )
    await connection.end()
    return (found as { name: string }[]).map(({ name }) => name).sort()
  }

  test('readers never see two publications in one pin, while others are published and transactions roll back', async () => {
    if (skipped()) return
    expect(await publications.pin()).toBeUndefined()
    await publish(publications, url())
    const heard: number[] = []
    publications.onCommit(number => heard.push(number))
    let publishing = true
    const rollBack = async () => {
      while (publishing) {
        // SQLite answers without leaving the event loop's turn: without this nothing else would run.
        await turn()
        await expect(
          stores.metadata.startRun({ id: 'x', trigger: null as unknown as string, startedAt: 'now' }),
        ).rejects.toThrow()
        await stores.metadata.land({
          ...{ port: 'p', sha256: 'f'.repeat(64), path: '/x', name: 'x', format: 'csv', bytes: 1, receivedAt: 'now' },
        })
      }
    }
    let looks = 0
    const read = async () => {
      while (publishing) {
        const pin = (await publications.pin())!
        const earlier = await publications.pin(pin.number - 1)
        expect(await seen(pin)).toEqual([pin.number])
        if (earlier) expect(await seen(earlier)).toEqual([pin.number - 1])
        earlier?.release()
        pin.release()
        pin.release()
        looks++
      }
    }
    const others = [read(), read(), read(), rollBack()]
    try {
      for (let times = 0; times < 8; times++) await publish(publications, url())
    } finally {
      publishing = false
      await Promise.all(others)
    }
    expect(heard).toEqual([2, 3, 4, 5, 6, 7, 8, 9])
    expect(looks).toBeGreaterThan(3)
    // The last two beside the current one; the rest is gone, tables included.
    await publications.sweep()
    expect((await publications.list()).map(({ number }) => number)).toEqual([7, 8, 9])
    expect(readdirSync(join(folder, 'publications')).sort()).toEqual(['7', '8', '9'])
    if (url()) expect(await tables()).toEqual(['marks__p7', 'marks__p8', 'marks__p9'])
    expect(await publications.pin(6)).toBeUndefined()
  })

  test('a publication that is read outlives the last N, and goes with its last reader', async () => {
    if (skipped()) return
    await publish(publications, url())
    const first = (await publications.pin())!
    for (let times = 0; times < 4; times++) await publish(publications, url())
    expect(await seen(first)).toEqual([1])
    const second = (await publications.pin(1))!
    first.release()
    expect(await seen(second)).toEqual([1])
    second.release()
    await publications.sweep()
    expect(await publications.pin(1)).toBeUndefined()
    expect(existsSync(join(folder, 'publications', '1'))).toBe(false)
    if (url()) expect(await tables()).toEqual(['marks__p3', 'marks__p4', 'marks__p5'])
  })

  test('what a crash left goes at the next start, and its number is not used again', async () => {
    if (skipped()) return
    await publish(publications, url())
    const { number, folder: left, tables: names } = await publications.begin()
    writeFileSync(join(left, 'columns.duckdb'), 'half')
    mkdirSync(join(folder, 'publications', '99'))
    if (url()) {
      const { database: _, ...server } = databaseParts(url()!)
      const connection = await createConnection(server)
      const [database, table] = names.marks!.split('.')
      await connection.query('CREATE TABLE ??.?? (a INT)', [database, table])
      await connection.end()
    }
    await publications.close()
    await reopen()
    expect(readdirSync(join(folder, 'publications'))).toEqual(['1'])
    if (url()) expect(await tables()).toEqual(['marks__p1'])
    expect(await publish(publications, url())).toBe(number + 1)
    const abandoned = await publications.begin()
    await publications.abandon(abandoned.number)
    expect(existsSync(abandoned.folder)).toBe(false)
    expect(await publications.current()).toBe(number + 1)
  })

  test('rows that go away are a clear error, and are read again when they are back', async () => {
    if (skipped()) return
    await publish(publications, url())
    if (url()) {
      const pin = (await publications.pin())!
      const admin = await createConnection({ ...databaseParts(url()!), database: 'information_schema' })
      const { database } = databaseParts(productDatabaseUrl(url()!, PRODUCT))
      const [connections] = await admin.query('SELECT id FROM processlist WHERE db = ?', [database])
      for (const { id } of connections as { id: number }[]) await admin.query('KILL ?', [id]).catch(() => undefined)
      await admin.end()
      expect(await seen(pin)).toEqual([1])
      pin.release()
      return
    }
    await publications.close()
    await reopen()
    const rows = join(folder, 'publications', '1', 'rows.sqlite')
    renameSync(rows, `${rows}.away`)
    await expect(publications.pin()).rejects.toThrow(StoreUnavailable)
    renameSync(`${rows}.away`, rows)
    const pin = (await publications.pin())!
    expect(await seen(pin)).toEqual([1])
    pin.release()
  })
})
