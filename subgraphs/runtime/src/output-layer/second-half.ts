import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import type Database from 'better-sqlite3'
import { insertRows, type Part, type Reading } from './insert-rows.js'
import { withColumns } from './read-columns.js'
import { openForWriting } from './sqlite-file.js'

/**
 * The second half of a large table is written by a process of its own, into a file of its own, whose rows are then copied
 * cell by cell: most of the work is JavaScript's and SQLite's, on one core each. Not by a worker thread: node and DuckDB
 * twice over do not fit into one process's address space (see pipeline/confine.ts), and a process inherits the limit anew.
 */
export interface SecondHalf {
  columnsFile: string
  /** The file to write, and the statement that makes its table. */
  file: string
  create: string
  reading: Reading
  part: Part
}

/** What the process says before it ends. */
export type Said = { ok: true } | { ok: false; message: string; code?: string }

/** In the second process: writes the file. */
export async function writeHalf({ columnsFile, file, create, reading, part }: SecondHalf): Promise<void> {
  const database = openForWriting(file)
  try {
    database.exec(create)
    database.exec('BEGIN')
    await withColumns(columnsFile, connection => insertRows(database, connection, reading, part), 1)
    database.exec('COMMIT')
  } finally {
    database.close()
  }
}

/** In the first: starts the second, in the same process group and with the same limits. */
export function startHalf(half: SecondHalf): { written: Promise<void>; stop(): Promise<void> } {
  // Found from the package's root, so that it is the built file both from dist/ and from src/ under a test runner.
  const script = path.resolve(__dirname, '..', '..', 'dist', 'output-layer', 'second-half-process.js')
  // Its errors belong into the run's log.
  const child = spawn(process.execPath, [...process.execArgv, script], { stdio: ['pipe', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  child.stdin.on('error', () => {}) // it died first; 'close' below tells
  // Stays open: the process ends when it closes, which is how it notices that this one died.
  child.stdin.write(`${JSON.stringify(half)}\n`)
  const closed = once(child, 'close')
  const written = closed.then(([code, signal]) => {
    const answer: Said = said === '' ? { ok: false, message: signal ?? `exit code ${code}` } : JSON.parse(said)
    if (!answer.ok) {
      const error = new Error(`The second half of ${half.reading.table} was not written: ${answer.message}`)
      throw answer.code === undefined ? error : Object.assign(error, { code: answer.code })
    }
  })
  written.catch(() => {}) // whoever awaits it hears of it, after his own half
  const stop = async () => {
    child.kill('SIGKILL')
    await closed.catch(() => {}) // it never started
  }
  return { written, stop }
}

/**
 * Copies a table's rows out of the file. Both have the same definition and no index yet: SQLite
 * copies cells. Answers how many.
 */
export function moveIn(database: Database.Database, { file, reading: { table } }: SecondHalf): number {
  database.prepare('ATTACH ? AS half').run(file)
  const { changes } = database.prepare(`INSERT INTO main.${table} SELECT * FROM half.${table}`).run()
  database.exec('DETACH half')
  return changes
}
