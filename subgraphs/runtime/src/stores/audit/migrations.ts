import { type MigrationInterface, type QueryRunner, TableColumn, TableIndex } from 'typeorm'
import { key, number, table, text, time, word } from '../table.js'

/** Entries, listed by time. */
export class Audit1764000000001 implements MigrationInterface {
  readonly name = 'Audit1764000000001'

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      table(
        'audit_entry',
        ...[key('id', 64), time('recorded_at'), word('subject'), word('action', 64), word('dataset', 191, true)],
        ...[text('properties'), number('row_count', true), word('port'), word('outcome', 16), text('detail', true)],
      ),
    )
    await runner.createIndex('audit_entry', new TableIndex({ name: 'audit_entry_at', columnNames: ['recorded_at'] }))
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('audit_entry')
  }
}

/** An entry says which publication was read; entries are listed by subject too. */
export class AuditPublication1764000000002 implements MigrationInterface {
  readonly name = 'AuditPublication1764000000002'

  async up(runner: QueryRunner): Promise<void> {
    await runner.addColumn('audit_entry', new TableColumn(number('publication', true)))
    await runner.createIndex(
      'audit_entry',
      new TableIndex({ name: 'audit_entry_subject', columnNames: ['subject', 'recorded_at'] }),
    )
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropIndex('audit_entry', 'audit_entry_subject')
    await runner.dropColumn('audit_entry', 'publication')
  }
}

export const AUDIT_MIGRATIONS = [Audit1764000000001, AuditPublication1764000000002]
