import Database from 'better-sqlite3'

/** Until a manifest names it such a file counts for nothing, so it is written without a journal. */
export function openForWriting(file: string): Database.Database {
  const database = new Database(file)
  for (const setting of [
    'page_size = 8192',
    'auto_vacuum = NONE',
    'journal_mode = OFF',
    'synchronous = OFF',
    'locking_mode = EXCLUSIVE',
  ])
    database.pragma(setting)
  database.pragma('cache_size = -65536')
  return database
}
