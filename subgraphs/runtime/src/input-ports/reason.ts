import { storageReason } from '../storage-error.js'

/** Why the way to a source is closed, in words of our own: the one message that is told as it is. */
export class SourceRefusal extends Error {}

/**
 * Why a source cannot be read, in our words: drivers' own name users, hosts and values, which may have come from
 * variables.
 */
export function reasonOf(error: unknown): string {
  if (error instanceof SourceRefusal) return error.message
  const ofStorage = storageReason(error)
  if (ofStorage !== undefined) return ofStorage
  const said = String(codeOf(error) ?? '')
  for (const [codes, reason] of REASONS) if (codes.test(said)) return reason
  if (error instanceof Error && /terminated|closed|ended/i.test(error.message)) return WENT_AWAY
  return /^[A-Z0-9_]{2,40}$/.test(said) ? `it answers ${said}` : 'it gives an answer that is not understood'
}

/** An error's own, or that of what caused it: `fetch` wraps, and several addresses fail together. */
function codeOf(error: unknown): unknown {
  const { code, errors, cause } = error as { code?: unknown; errors?: unknown[]; cause?: unknown }
  const within = errors?.[0] ?? cause
  return code ?? (within == null ? undefined : codeOf(within))
}

const WENT_AWAY = 'the connection was lost'

/** Codes of Node, MySQL and MariaDB, PostgreSQL (SQLSTATE) and SQLite. */
const REASONS: [RegExp, string][] = [
  [/^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EACCES)$/, 'nobody answers at its address'],
  [/^(ER_ACCESS_DENIED_ERROR|ER_ACCESS_DENIED_NO_PASSWORD_ERROR|28P01|28000)$/, 'it refuses the user or the password'],
  [/^(ER_DBACCESS_DENIED_ERROR|ER_BAD_DB_ERROR|3D000)$/, 'it has no such database, or not for this user'],
  [/^(ER_TABLEACCESS_DENIED_ERROR|ER_COLUMNACCESS_DENIED_ERROR|42501)$/, 'the user may not read the table'],
  [/^(PROTOCOL_CONNECTION_LOST|ECONNRESET|EPIPE|ERR_STREAM_\w+|ER_SERVER_SHUTDOWN|57P0[123]|08\d\d\d)$/, WENT_AWAY],
  [/^(57014|ER_QUERY_INTERRUPTED|ER_QUERY_TIMEOUT|ER_STATEMENT_TIMEOUT)$/, 'it broke the query off'],
  [/^(SQLITE_NOTADB|SQLITE_CORRUPT\w*)$/, 'the file is damaged, or no SQLite database'],
  [/^SQLITE_CANTOPEN\w*$/, 'there is no such file, or it may not be read'],
  [/^SQLITE_BUSY\w*$/, 'somebody else keeps it locked'],
]
