import { AsyncLocalStorage } from 'node:async_hooks'

/**
 * One writer at a time, in the order of asking. TypeORM's better-sqlite3 data source has one connection: without the
 * queue an insert of one request lands inside another's transaction and vanishes with its rollback.
 *
 * Work must await nothing but its own store, or everybody behind it waits too; asking the same queue from inside its own
 * work would wait for itself for ever and throws instead.
 */
export class WriteQueue {
  private last: Promise<unknown> = Promise.resolve()
  private readonly inside = new AsyncLocalStorage<true>()

  /** Resolves or rejects as the work does; a failure concerns its own caller only. */
  run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.inside.getStore())
      throw new TypeError('A write was asked for inside a write of the same store: pass on the EntityManager instead.')
    const result = this.last.then(() => this.inside.run(true, work))
    this.last = result.catch(() => undefined)
    return result
  }

  /** When all that was asked for until now is done. */
  async idle(): Promise<void> {
    await this.last
  }
}
