/** Collations that compare by bytes and without padding, best first: MySQL's, MariaDB's; the last everywhere, but it pads. */
const BY_BYTES = ['utf8mb4_0900_bin', 'utf8mb4_nopad_bin', 'utf8mb4_bin']

/** Asks the server which of them it has. */
export async function bytesCollation(query: (sql: string) => Promise<unknown[]>): Promise<string> {
  const listed = BY_BYTES.map(name => `'${name}'`).join(', ')
  const rows = await query(
    `SELECT collation_name AS name FROM information_schema.collations WHERE collation_name IN (${listed})`,
  )
  const known = new Set(rows.map(row => (row as { name: string }).name))
  return BY_BYTES.find(name => known.has(name)) ?? 'utf8mb4_bin'
}
