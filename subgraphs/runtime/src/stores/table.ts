import { Table, type TableColumnOptions } from 'typeorm'

/**
 * Columns of migrations, in types that SQLite and MySQL both take: `longtext` has SQLite's TEXT affinity, and MySQL's
 * plain `text` ends at 64 KB.
 */
export const key = (name: string, length = 191): TableColumnOptions => ({
  name,
  type: 'varchar',
  length: String(length),
  isPrimary: true,
})
export const keyNumber = (name: string): TableColumnOptions => ({ name, type: 'int', isPrimary: true })
export const word = (name: string, length = 191, isNullable = false): TableColumnOptions => ({
  name,
  type: 'varchar',
  length: String(length),
  isNullable,
})
export const text = (name: string, isNullable = false): TableColumnOptions => ({ name, type: 'longtext', isNullable })
export const number = (name: string, isNullable = false): TableColumnOptions => ({ name, type: 'bigint', isNullable })
export const fraction = (name: string, isNullable = false): TableColumnOptions => ({ name, type: 'double', isNullable })
/** ISO timestamp. */
export const time = (name: string, isNullable = false): TableColumnOptions => word(name, 32, isNullable)

export const table = (name: string, ...columns: TableColumnOptions[]): Table => new Table({ name, columns })
