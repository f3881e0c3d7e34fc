import type { MigrationInterface, QueryRunner } from 'typeorm'

/** MySQL's `text` ends after 64 KB, which the graph of a product with many datasets is longer than; SQLite's has no end. */
export class FactsOfAnyLength1764115200000 implements MigrationInterface {
  readonly name = 'FactsOfAnyLength1764115200000'

  async up(runner: QueryRunner): Promise<void> {
    if (runner.connection.options.type !== 'mysql') return
    await runner.query('ALTER TABLE registered_product MODIFY facts LONGTEXT NOT NULL')
  }

  async down(runner: QueryRunner): Promise<void> {
    if (runner.connection.options.type !== 'mysql') return
    await runner.query('ALTER TABLE registered_product MODIFY facts TEXT NOT NULL')
  }
}
