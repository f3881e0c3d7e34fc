import { randomBytes } from 'node:crypto'
import type { AuditInfo } from '@terrane/schema'
import { LessThan } from 'typeorm'
import type { StoreConnection } from '../store-connection.js'
import type { AuditStore } from '../stores.js'
import { AuditEntryEntity } from './entities.js'

/** Entries of one insert: 11 columns each, below SQLite's 32,766 parameters. */
const BATCH = 500
const FLUSH_MILLISECONDS = 1_000

type Log = (event: { level: 'info' | 'warn' | 'error'; message: string; [detail: string]: unknown }) => void

/** Entries wait at most a second in memory; while the store is away they wait on, and none is written twice. */
export class TypeOrmAuditStore implements AuditStore {
  private waiting: AuditEntryEntity[] = []
  private timer?: NodeJS.Timeout
  private flushing?: Promise<void>
  private closed = false
  private sequence = 0
  private readonly process = randomBytes(4).toString('hex')

  constructor(
    private readonly store: StoreConnection,
    private readonly log: Log,
  ) {}

  record(entry: AuditInfo, once?: string): void {
    const id = `${entry.at}~${once ?? `${this.process}~${String(this.sequence++).padStart(9, '0')}`}`
    const { dataset = null, rows = null, publication = null, detail = null, ...rest } = entry
    // Trying later would say the same, when nobody expects to hear of it any more.
    if (this.closed) {
      const { subject } = entry
      this.log({ level: 'error', message: 'An audit entry came after closing and is lost.', subject })
      return
    }
    this.waiting.push({ ...rest, id, dataset, rows, publication, detail })
    this.schedule()
  }

  async list(filter: { subject?: string; dataset?: string; limit: number; before?: string }): Promise<AuditInfo[]> {
    await this.flush()
    const { subject, dataset, limit, before } = filter
    const where = { ...(subject === undefined ? {} : { subject }), ...(dataset === undefined ? {} : { dataset }) }
    const found = await this.store.read(async manager => {
      const order = { at: 'DESC', id: 'DESC' } as const
      const page = await manager.find(AuditEntryEntity, {
        where: { ...where, ...(before === undefined ? {} : { at: LessThan(before) }) },
        order,
        take: limit,
      })
      // A page never ends within a moment: the next one begins before it.
      const last = page.length === limit ? page.at(-1) : undefined
      if (!last) return page
      const rest = { where: { ...where, at: last.at, id: LessThan(last.id) }, order }
      return [...page, ...(await manager.find(AuditEntryEntity, rest))]
    })
    return found.map(({ id, ...entry }) => {
      const told = Object.entries(entry).filter(([, value]) => value !== null)
      return Object.fromEntries(told) as unknown as AuditInfo
    })
  }

  /** Writes what waits; what cannot be written now waits on. */
  flush(): Promise<void> {
    this.flushing ??= this.write().finally(() => {
      this.flushing = undefined
      if (this.waiting.length > 0 && !this.closed) this.schedule()
    })
    return this.flushing
  }

  async close(): Promise<void> {
    await this.flushing?.catch(() => undefined)
    try {
      await this.flush()
    } catch (error) {
      this.log({
        level: 'error',
        message: 'Audit entries could not be written before closing.',
        lost: this.waiting.length,
        error,
      })
    }
    this.closed = true
    clearTimeout(this.timer)
  }

  private schedule(): void {
    if (this.timer) return
    this.timer = setTimeout(() => {
      this.timer = undefined
      this.flush().catch(error =>
        this.log({ level: 'warn', message: 'Audit entries wait: the audit store cannot be used now.', error }),
      )
    }, FLUSH_MILLISECONDS)
    this.timer.unref()
  }

  private async write(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting.slice(0, BATCH)
      await this.store.write(manager =>
        manager
          .createQueryBuilder()
          .insert()
          .into(AuditEntryEntity)
          .values(batch)
          .orIgnore()
          .updateEntity(false)
          .execute(),
      )
      this.waiting = this.waiting.slice(batch.length)
    }
  }
}
