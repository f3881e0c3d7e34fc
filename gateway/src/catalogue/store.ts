import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { ensureDatabase, inTurnAtServer } from '@terrane/schema/mysql'
import { DataSource, type EntityManager, In } from 'typeorm'
import { AccessRequest, AccessRequestEvent } from './access-requests/access-request.js'
import { RegisteredProducts1761955200000 } from './migrations/1-registered-products.js'
import { AccessRequests1764100000000 } from './migrations/2-access-requests.js'
import { FactsOfAnyLength1764115200000 } from './migrations/3-facts-of-any-length.js'
import { RegisteredProduct } from './registered-product.js'
import { SignedInSession } from './signed-in-session.js'

/** The catalogue's own memory: `<home>/gateway/catalogue.sqlite`, or tables in the database given. */
export class CatalogueStore {
  /** SQLite has one connection: whatever uses it follows one another. */
  private turn: Promise<unknown> = Promise.resolve()

  private constructor(private readonly source: DataSource) {}

  static async open(home: string, databaseUrl?: string): Promise<CatalogueStore> {
    const shared = {
      entities: [RegisteredProduct, AccessRequest, AccessRequestEvent, SignedInSession],
      migrations: [RegisteredProducts1761955200000, AccessRequests1764100000000, FactsOfAnyLength1764115200000],
      migrationsTableName: 'catalogue_migrations',
      migrationsRun: true,
    }
    const folder = path.join(home, 'gateway')
    if (databaseUrl === undefined) await mkdir(folder, { recursive: true, mode: 0o700 })
    else await ensureDatabase(databaseUrl)
    const source = new DataSource(
      databaseUrl === undefined
        ? { ...shared, type: 'better-sqlite3', database: path.join(folder, 'catalogue.sqlite'), enableWAL: true }
        : { ...shared, type: 'mysql', url: databaseUrl },
    )
    await (databaseUrl === undefined
      ? source.initialize()
      : inTurnAtServer(databaseUrl, 'catalogue', () => source.initialize()))
    return new CatalogueStore(source)
  }

  /** Sees nothing of what is half written. */
  read<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.inTurn(() => work(this.source.manager))
  }

  /** All of it or nothing. */
  write<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.inTurn(() => this.source.transaction(work))
  }

  /** Of these names, or all. */
  products(names?: readonly string[]): Promise<RegisteredProduct[]> {
    const where = names ? { where: { name: In(names) } } : {}
    return this.read(manager => manager.find(RegisteredProduct, { ...where, order: { name: 'ASC' } }))
  }

  /** When each product was published, without all that is known of it: cheap to ask again and again. */
  registrations(): Promise<Pick<RegisteredProduct, 'name' | 'registeredAt'>[]> {
    return this.read(manager => manager.find(RegisteredProduct, { select: { name: true, registeredAt: true } }))
  }

  async put(product: RegisteredProduct): Promise<void> {
    await this.write(manager => manager.upsert(RegisteredProduct, product, ['name']))
  }

  async close(): Promise<void> {
    await this.turn
    await this.source.destroy()
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.source.options.type === 'mysql') return work()
    const done = this.turn.then(work)
    this.turn = done.catch(() => undefined)
    return done
  }
}
