import { copyFileSync, mkdtempSync, readdirSync, renameSync, rmSync, unlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AuditInfo, Grant } from '@terrane/schema'
import { databaseParts, ensureDatabase } from '@terrane/schema/mysql'
import Database from 'better-sqlite3'
import { createConnection } from 'mysql2/promise'
import { DataSource, type DataSourceOptions } from 'typeorm'
import { dropDatabase, reachableDatabase } from '../output-layer/testing/datasets.js'
import { productDatabaseUrl } from '../product-database.js'
import { StoreUnavailable } from '../store-unavailable.js'
import { RunEntity } from './metadata/entities.js'
import { openStores, STORES } from './open-stores.js'
import { mysqlOptions, StoreConnection } from './store-connection.js'
import type { Stores } from './stores.js'

const PRODUCT = 'stores-test'
const at = '2026-01-31T09:30:00.000Z'
const landed = {
  port: 'orders',
  sha256: 'a'.repeat(64),
  path: '/somewhere',
  name: 'orders.csv',
  format: 'csv' as const,
  bytes: 2 ** 40,
  receivedAt: at,
}
const grant: Grant = {
  id: 'g1',
  effect: 'allow',
  subject: 'role:analyst',
  actions: ['read'],
  dataset: 'orders',
  rowFilter: { property: 'country_code', op: 'eq', value: 'GB' },
  origin: 'granted',
  by: 'user:anna',
  at,
}
const read: AuditInfo = {
  at,
  subject: 'user:anna',
  action: 'read',
  dataset: 'orders',
  properties: ['amount'],
  rows: 3,
  publication: 17,
  port: 'graphql',
  outcome: 'allowed',
}

let databaseUrl: string | undefined
beforeAll(async () => {
  databaseUrl = reachableDatabase()
})

describe.each(['SQLite', 'MariaDB'])('%s', engine => {
  let folder: string
  const open: Stores[] = []
  const skipped = () => engine === 'MariaDB' && !databaseUrl
  const url = () => (engine === 'MariaDB' ? databaseUrl : undefined)
  const stores = async () => {
    const opened = await openStores({ folder, product: PRODUCT, ...(url() ? { databaseUrl: url()! } : {}) })
    open.push(opened)
    return opened
  }

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'terrane-stores-'))
  })
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close()
    rmSync(folder, { recursive: true, force: true })
    if (url()) await dropDatabase(url()!, PRODUCT)
  })

  test('what was written is there after opening again', async () => {
    if (skipped()) return
    const { metadata, security, audit, close } = await stores()
    expect(await metadata.land(landed)).toBe(true)
    expect(await metadata.land({ ...landed, name: 'again.csv' })).toBe(false)
    const returned = { ...landed, port: 'returns', name: 'first.csv' }
    const together = [{ ...landed, name: 'again.csv' }, returned, { ...returned, name: 'last.csv' }]
    expect(await metadata.landTogether(together)).toEqual([false, true, false])
    expect(await metadata.landed('returns')).toEqual([{ ...returned, name: 'last.csv' }])
    expect(await metadata.withdraw('returns', landed.sha256)).toBe(true)
    await metadata.setCurrent('orders', [{ name: 'again.csv', sha256: landed.sha256, revision: 'r1' }])
    await metadata.startRun({ id: 'r1', trigger: 'start', startedAt: at })
    await metadata.finishRun({
      ...{ id: 'r1', state: 'FAILED', trigger: 'start', startedAt: at, finishedAt: at, seconds: 1.5, quarantined: 2 },
      problems: [{ code: 'SQL_SYNTAX', message: 'm', hint: 'h' }],
    })
    await metadata.putOverlay({ model: 'orders', sql: 'SELECT 1', baselineSha256: 'b', by: 'user:anna', at })
    await metadata.putOverlay({ model: 'orders', sql: 'SELECT 2', baselineSha256: 'b', by: 'user:anna', at })
    await metadata.setDeployed('d', { 'product.odps.yaml': { id: 1 } })
    expect(await metadata.reservePublication()).toBe(1)
    expect(await metadata.reservePublication()).toBe(2)
    // Far past the 64 KB of MySQL's plain `text`.
    await metadata.commitPublication(2, { long: 'x'.repeat(200_000) })
    await security.put(grant)
    await security.put({ ...grant, id: 'g2', origin: 'declared' })
    await security.replaceDeclared([{ ...grant, id: 'g3', origin: 'declared' }])
    const version = await security.version()
    audit.record(read)
    await close()
    open.length = 0

    const again = await stores()
    expect(await again.metadata.landed('orders')).toEqual([{ ...landed, name: 'again.csv' }])
    expect(await again.metadata.landed('returns')).toEqual([])
    expect(await again.metadata.current('orders')).toEqual([
      { name: 'again.csv', sha256: landed.sha256, revision: 'r1' },
    ])
    expect(await again.metadata.runs(5)).toMatchObject([{ id: 'r1', state: 'FAILED', seconds: 1.5, quarantined: 2 }])
    expect(await again.metadata.overlays()).toMatchObject([{ sql: 'SELECT 2' }])
    expect(await again.metadata.removeOverlay('orders')).toBe(true)
    expect(await again.metadata.removeOverlay('orders')).toBe(false)
    expect(await again.metadata.deployed()).toMatchObject({ sha256: 'd' })
    expect(await again.metadata.currentPublication()).toBe(2)
    expect(await again.metadata.publications()).toEqual([{ number: 2, manifest: { long: 'x'.repeat(200_000) } }])
    expect(await again.metadata.reservePublication()).toBe(3)
    const grants = await again.security.grants()
    expect(grants.find(({ id }) => id === 'g1')).toEqual(grant)
    expect(grants.map(({ id }) => id).sort()).toEqual(['g1', 'g3'])
    expect(await again.security.revoke('g1')).toBe(true)
    expect(await again.security.version()).toBeGreaterThan(version)
    expect(await again.audit.list({ limit: 5 })).toEqual([read])
    expect(await again.audit.list({ limit: 5, before: at })).toEqual([])
  })

  test('what is recorded twice under one name is in the audit once, whichever process wrote it', async () => {
    if (skipped()) return
    const first = await stores()
    first.audit.record(read, 'told-1.0')
    first.audit.record(read, 'told-1.0')
    first.audit.record(read, 'told-1.1')
    first.audit.record(read)
    await first.close()
    open.length = 0
    const again = await stores()
    again.audit.record({ ...read, rows: 4711 }, 'told-1.0')
    again.audit.record(read)
    const entries = await again.audit.list({ limit: 10 })
    expect(entries).toEqual([read, read, read, read])
  })

  test('two that start at once on nothing write the same rows, and neither fails', async () => {
    if (skipped()) return
    const both = await Promise.all([stores(), stores()])
    const declared = Array.from({ length: 5 }, (_, n) => ({ ...grant, id: `d${n}`, origin: 'declared' as const }))
    await Promise.all(
      both.flatMap(({ metadata, security }) => [
        metadata.setDeployed('d', { 'product.odps.yaml': { id: 1 } }),
        metadata.putQualityOverlay({ dataset: 'orders', rules: [], baselineSha256: 'b', by: 'user:anna', at }),
        security.replaceDeclared(declared),
      ]),
    )
    for (const { metadata, security } of both) {
      expect(await metadata.deployed()).toMatchObject({ sha256: 'd' })
      expect(await metadata.qualityOverlays()).toHaveLength(1)
      expect((await security.grants()).map(({ id }) => id).sort()).toEqual(declared.map(({ id }) => id))
    }
  })

  test('the newest structure comes from empty and from the previous one, with what it held', async () => {
    if (skipped()) return
    for (const description of Object.values(STORES)) {
      const [first] = description.migrations
      const shared = { migrations: [first!], migrationsTableName: `${description.name}_migrations` }
      if (url()) await ensureDatabase(productDatabaseUrl(url()!, PRODUCT))
      const options: DataSourceOptions = url()
        ? { ...mysqlOptions(productDatabaseUrl(url()!, PRODUCT)), ...shared }
        : { type: 'better-sqlite3', database: join(folder, `${description.name}.sqlite`), ...shared }
      const before = await new DataSource(options).initialize()
      expect(await before.runMigrations()).toHaveLength(1)
      if (description.name === 'metadata') {
        await before.query(
          `INSERT INTO landed_file (port, sha256, path, name, format, bytes, received_at) VALUES ('orders', '${landed.sha256}', '/somewhere', 'orders.csv', 'csv', 9, '${at}')`,
        )
        await before.query('UPDATE publication_pointer SET last_reserved = 41, current_number = 41')
      }
      await before.destroy()
    }
    const { metadata, security, audit } = await stores()
    expect(await metadata.landed()).toEqual([{ ...landed, bytes: 9 }])
    expect(await metadata.reservePublication()).toBe(42)
    const upstream = { product: 'uk-sales', dataset: 'orders', publication: 7 }
    await metadata.land({ ...landed, upstream })
    expect(await metadata.landed()).toMatchObject([{ upstream }])
    await security.put({ ...grant, reason: 'asked for' })
    expect(await security.grants()).toEqual([{ ...grant, reason: 'asked for' }])
    audit.record(read)
    expect(await audit.list({ subject: 'user:anna', limit: 1 })).toEqual([read])
  })

  test('concurrent transactions, half of them rolled back, lose nothing and show nothing of themselves', async () => {
    if (skipped()) return
    const place = url() ? { url: productDatabaseUrl(url()!, PRODUCT) } : { file: join(folder, 'metadata.sqlite') }
    const store = new StoreConnection(STORES.metadata, place)
    const run = (id: string) => ({
      id,
      trigger: 't',
      startedAt: at,
      state: 'RUNNING' as const,
      problems: [],
      quarantined: 0,
    })
    const ghosts: string[] = []
    const look = async () => {
      const seen = await store.read(manager => manager.find(RunEntity))
      ghosts.push(...seen.map(({ id }) => id).filter(id => id.startsWith('rolled-back')))
    }
    const writes = Array.from({ length: 60 }, async (_, number) => {
      if (number % 2 === 0) return store.write(manager => manager.insert(RunEntity, run(`kept-${number}`)))
      const failing = store.write(async manager => {
        await manager.insert(RunEntity, run(`rolled-back-${number}`))
        await look()
        throw new RangeError('no')
      })
      return expect(failing).rejects.toThrow(RangeError)
    })
    await Promise.all([...writes, look(), look()])
    const left = await store.read(manager => manager.find(RunEntity))
    await store.close()
    expect(ghosts).toEqual([])
    expect(left.map(({ id }) => id).sort()).toEqual(Array.from({ length: 30 }, (_, at) => `kept-${at * 2}`).sort())
  })

  test('a store that goes away says so, loses nothing, and is used again when it is back', async () => {
    if (skipped()) return
    const { metadata, audit } = await stores()
    await metadata.land(landed)
    if (url()) {
      const { database, ...server } = databaseParts(productDatabaseUrl(url()!, PRODUCT))
      const admin = await createConnection(server)
      const [connections] = await admin.query('SELECT id FROM information_schema.processlist WHERE db = ?', [database])
      for (const { id } of connections as { id: number }[]) await admin.query('KILL ?', [id]).catch(() => undefined)
      await admin.end()
      expect(await metadata.landed()).toHaveLength(1)
      expect(await metadata.land({ ...landed, port: 'returns' })).toBe(true)
    } else {
      const file = (name: string) => join(folder, name)
      renameSync(file('metadata.sqlite'), file('away'))
      const refused = metadata.land({ ...landed, port: 'returns' })
      await expect(refused).rejects.toThrow(StoreUnavailable)
      await expect(refused).rejects.toMatchObject({ problem: { code: 'STORE_UNAVAILABLE' } })
      await expect(metadata.landed()).rejects.toThrow(/metadata store.*gone/)
      // Nothing was made in its place.
      expect(readdirSync(folder)).not.toContain('metadata.sqlite')
      renameSync(file('away'), file('metadata.sqlite'))
      expect(await metadata.land({ ...landed, port: 'returns' })).toBe(true)

      // Restored from a copy: another file under the same name.
      const lock = new Database(file('metadata.sqlite'))
      lock.pragma('wal_checkpoint(TRUNCATE)')
      lock.close()
      copyFileSync(file('metadata.sqlite'), file('copy'))
      for (const name of ['metadata.sqlite', 'metadata.sqlite-wal', 'metadata.sqlite-shm']) unlinkSync(file(name))
      renameSync(file('copy'), file('metadata.sqlite'))
      expect(await metadata.land({ ...landed, port: 'third' })).toBe(true)

      // The audit waits for its store.
      renameSync(file('audit.sqlite'), file('away'))
      audit.record(read)
      await expect(audit.list({ limit: 1 })).rejects.toThrow(StoreUnavailable)
      renameSync(file('away'), file('audit.sqlite'))
    }
    audit.record({ ...read, subject: 'user:ben' })
    const entries = await audit.list({ limit: 5 })
    expect(entries.map(({ subject }) => subject).sort()).toEqual(url() ? ['user:ben'] : ['user:anna', 'user:ben'])
    expect((await metadata.landed()).map(({ port }) => port).sort()).toEqual(
      url() ? ['orders', 'returns'] : ['orders', 'returns', 'third'],
    )
  })
})

test('what comes for the audit after closing is told of at once, and tried no more', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'terrane-stores-'))
  const log = jest.fn()
  const { audit, close } = await openStores({ folder, product: PRODUCT, log })
  audit.record(read)
  await close()
  expect(log).not.toHaveBeenCalled()
  jest.useFakeTimers()
  audit.record(read)
  expect([log.mock.calls.length, jest.getTimerCount()]).toEqual([1, 0])
  jest.useRealTimers()
  rmSync(folder, { recursive: true, force: true })
})

test('a locked store is waited for, and the process goes on meanwhile', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'terrane-stores-'))
  const { metadata, close } = await openStores({ folder, product: PRODUCT })
  const other = new Database(join(folder, 'metadata.sqlite'))
  other.exec('BEGIN IMMEDIATE')
  const writing = metadata.land(landed)
  // Reads are not held up by a writer.
  expect(await metadata.landed()).toEqual([])
  other.exec('ROLLBACK')
  expect(await writing).toBe(true)
  other.close()
  await close()
  rmSync(folder, { recursive: true, force: true })
})
