import { type MigrationInterface, type QueryRunner, Table } from 'typeorm'

export class RegisteredProducts1761955200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'registered_product',
        columns: [
          { name: 'name', type: 'varchar', length: '100', isPrimary: true },
          { name: 'url', type: 'varchar', length: '2000' },
          // MySQL's plain text ends at 64 KB; a product's schema may be longer.
          { name: 'facts', type: runner.connection.options.type === 'mysql' ? 'mediumtext' : 'text' },
          { name: 'registered_by', type: 'varchar', length: '200' },
          { name: 'registered_at', type: 'varchar', length: '30' },
        ],
      }),
    )
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('registered_product')
  }
}
