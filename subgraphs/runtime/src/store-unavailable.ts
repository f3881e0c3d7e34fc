import { setTimeout as sleep } from 'node:timers/promises'
import { type Problem, problem } from '@terrane/schema/problems'

/** A store that cannot be reached now. Nothing of the failed write was kept; asking again later is safe. */
export class StoreUnavailable extends Error {
  readonly problem: Problem

  constructor(store: string, reason: string, options?: { cause?: unknown }) {
    const { message, ...rest } = problem('STORE_UNAVAILABLE', { store, reason })
    super(message, options)
    this.name = 'StoreUnavailable'
    this.problem = { message, ...rest }
  }
}

/** Codes of mysql2 and the operating system for a server that is gone, and of servers that are shutting down. */
const LOST = new Set([
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ER_SERVER_SHUTDOWN',
  'ER_CON_COUNT_ERROR',
  'ER_CONNECTION_KILLED',
  'ER_QUERY_INTERRUPTED',
  'ER_BAD_DB_ERROR',
  'ER_LOCK_WAIT_TIMEOUT',
  'ER_LOCK_DEADLOCK',
  'SQLITE_CANTOPEN',
  'SQLITE_FULL',
  'SQLITE_READONLY',
  'SQLITE_NOTADB',
  'SQLITE_CORRUPT',
])

/** Why the store cannot be used now, in a few words without secrets; undefined where the error is not the store's. */
export function unavailability(error: unknown): string | undefined {
  const { code = '', driverError } = error as { code?: string; driverError?: { code?: string } }
  const found = [driverError?.code, code].find(
    candidate =>
      typeof candidate === 'string' && (LOST.has(candidate) || /^SQLITE_(BUSY|LOCKED|IOERR)/.test(candidate)),
  )
  if (!found) return undefined
  if (/^SQLITE_(BUSY|LOCKED)/.test(found)) return 'another process holds its lock'
  return found.startsWith('SQLITE') ? `the file cannot be used (${found})` : `the server does not answer (${found})`
}

/** How long a question waits for somebody else's lock or for a lost server, in milliseconds. */
const PATIENCE = 5_000

/**
 * Tries again while the store is locked or away; then says so. Other errors are the caller's at once.
 * @throws StoreUnavailable
 */
export async function patiently<Result>(store: string, work: () => Promise<Result>): Promise<Result> {
  const until = Date.now() + PATIENCE
  for (let pause = 20; ; pause = Math.min(pause * 2, 500)) {
    try {
      return await work()
    } catch (error) {
      const reason = unavailability(error)
      if (!reason) throw error
      if (Date.now() + pause > until) throw new StoreUnavailable(store, reason, { cause: error })
      await sleep(pause)
    }
  }
}
