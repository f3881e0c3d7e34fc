import { AsyncLocalStorage } from 'node:async_hooks'

/** One for all queues: Node hands each storage on with every promise of the process. */
const inside = new AsyncLocalStorage<ReadonlySet<WriteQueue>>()

/**
 * One writer at a time, in the order of asking. TypeORM's better-sqlite3 data source has one connection: without the
 * queue an insert of one request lands inside another's transaction and vanishes with its rollback.
 *
 * Work must await nothing but its own store, or everybody behind it waits too; asking the same queue from inside its own
 * work would wait for itself for ever and throws instead.
 */
export class WriteQueue {
  private last: Promise<unknown> = Promise.resolve()

  /** Resolves or rejects as the work does; a failure concerns its own caller only. */
  run<Result>(work: () => Promise<Result>): Promise<Result> {
    const around = inside.getStore()
    if (around?.has(this))
      throw new TypeError('A write was asked for inside a write of the same store: pass on the EntityManager instead.')
    const result = this.last.then(() => inside.run(new Set(around).add(this), work))
    this.last = result.catch(() => undefined)
    return result
  }

  /** When all that was asked for until now is done. */
  async idle(): Promise<void> {
    await this.last
  }
}
