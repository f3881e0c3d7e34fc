import { type MigrationInterface, type QueryRunner, TableColumn, TableIndex } from 'typeorm'
import { key, keyNumber, number, table, text, time, word } from '../table.js'

/** Grants and the policy's version. */
export class Security1764000000001 implements MigrationInterface {
  readonly name = 'Security1764000000001'

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      table(
        'access_grant',
        ...[key('id'), word('effect', 8), word('subject'), text('actions'), word('dataset'), text('properties', true)],
        ...[text('classifications', true), text('row_filter', true), text('masks', true), time('valid_from', true)],
        ...[time('valid_until', true), word('origin', 16), text('granted_by'), time('granted_at')],
      ),
    )
    await runner.createTable(table('policy_version', keyNumber('id'), number('version')))
    await runner.query('INSERT INTO policy_version (id, version) VALUES (1, 0)')
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('policy_version')
    await runner.dropTable('access_grant')
  }
}

/** A grant may say why it was given; declared ones are replaced as a whole. */
export class SecurityReason1764000000002 implements MigrationInterface {
  readonly name = 'SecurityReason1764000000002'

  async up(runner: QueryRunner): Promise<void> {
    await runner.addColumn('access_grant', new TableColumn(text('reason', true)))
    await runner.createIndex('access_grant', new TableIndex({ name: 'access_grant_origin', columnNames: ['origin'] }))
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropIndex('access_grant', 'access_grant_origin')
    await runner.dropColumn('access_grant', 'reason')
  }
}

export const SECURITY_MIGRATIONS = [Security1764000000001, SecurityReason1764000000002]
