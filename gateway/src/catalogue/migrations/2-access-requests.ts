import { type MigrationInterface, type QueryRunner, Table, type TableColumnOptions, TableIndex } from 'typeorm'

/** Access requests with their history, and the sessions of who is signed in. */
export class AccessRequests1764100000000 implements MigrationInterface {
  readonly name = 'AccessRequests1764100000000'

  async up(runner: QueryRunner): Promise<void> {
    // Subjects are compared letter by letter; MySQL's own way of comparing takes user:Anna for user:anna.
    const letters = runner.connection.options.type === 'mysql' ? { charset: 'utf8mb4', collation: 'utf8mb4_bin' } : {}
    const word = (name: string, length = 191, isNullable = false): TableColumnOptions => ({
      ...{ name, type: 'varchar', length: String(length), isNullable },
      ...letters,
    })
    await runner.createTable(
      new Table({
        name: 'access_request',
        columns: [
          { ...word('id', 36), isPrimary: true },
          ...[word('product', 100), word('dataset'), text('properties'), text('reason'), word('until_time', 30, true)],
          ...[word('requested_by'), word('requested_by_name', 191, true), word('requested_at', 30), word('state', 20)],
          ...[word('claim', 36, true), word('claimed_at', 30, true)],
          ...[word('decided_by', 191, true), word('decided_at', 30, true), text('decision_comment', true)],
          ...[text('granted_properties', true), word('granted_until', 30, true)],
          ...[text('row_filter', true), text('masks', true), word('grant_id', 100, true)],
        ],
        indices: [
          new TableIndex({ name: 'access_request_by', columnNames: ['requested_by', 'requested_at'] }),
          new TableIndex({ name: 'access_request_of', columnNames: ['product', 'state'] }),
        ],
      }),
    )
    await runner.createTable(
      new Table({
        name: 'access_request_event',
        columns: [
          { ...word('request_id', 36), isPrimary: true },
          { name: 'position', type: 'int', isPrimary: true },
          ...[word('happened_at', 30), word('done_by'), word('what', 20), text('event_comment', true)],
        ],
      }),
    )
    await runner.createTable(
      new Table({
        name: 'signed_in_session',
        columns: [{ ...word('id_hash', 64), isPrimary: true }, text('sealed'), { name: 'ends_at', type: 'bigint' }],
        indices: [new TableIndex({ name: 'session_ends', columnNames: ['ends_at'] })],
      }),
    )
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['signed_in_session', 'access_request_event', 'access_request']) await runner.dropTable(table)
  }
}

const text = (name: string, isNullable = false): TableColumnOptions => ({ name, type: 'text', isNullable })
