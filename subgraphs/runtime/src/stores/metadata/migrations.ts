import { type MigrationInterface, type QueryRunner, TableColumn, TableIndex } from 'typeorm'
import { fraction, key, keyNumber, number, table, text, time, word } from '../table.js'

/** Landing, runs, overlays, deployment, publications. */
export class Metadata1764000000001 implements MigrationInterface {
  readonly name = 'Metadata1764000000001'

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      table(
        'landed_file',
        ...[key('port'), key('sha256', 64), text('path'), text('name'), word('format', 16)],
        ...[word('compression', 16, true), number('bytes'), time('received_at')],
      ),
    )
    await runner.createTable(
      table(
        'current_item',
        key('port'),
        keyNumber('position'),
        text('name'),
        word('sha256', 64),
        text('revision', true),
      ),
    )
    await runner.createTable(
      table(
        'run',
        ...[key('id', 64), word('state', 16), word('trigger_name', 64), time('started_at'), time('finished_at', true)],
        ...[fraction('seconds', true), number('publication', true), text('problems'), number('quarantined')],
      ),
    )
    await runner.createTable(
      table(
        'overlay',
        key('model'),
        text('sql_text'),
        word('baseline_sha256', 64),
        word('changed_by'),
        time('changed_at'),
      ),
    )
    await runner.createTable(
      table('deployment', keyNumber('id'), word('sha256', 64), time('deployed_at'), text('documents')),
    )
    await runner.createTable(table('publication', keyNumber('number'), text('manifest')))
    await runner.createTable(
      table('publication_pointer', keyNumber('id'), number('current_number', true), number('last_reserved')),
    )
    await runner.query('INSERT INTO publication_pointer (id, current_number, last_reserved) VALUES (1, NULL, 0)')
  }

  async down(runner: QueryRunner): Promise<void> {
    const tables = ['publication_pointer', 'publication', 'deployment', 'overlay', 'run', 'current_item', 'landed_file']
    for (const name of tables) await runner.dropTable(name)
  }
}

/** Landed files tell which publication of another product they came from; runs are listed by time. */
export class MetadataUpstream1764000000002 implements MigrationInterface {
  readonly name = 'MetadataUpstream1764000000002'

  async up(runner: QueryRunner): Promise<void> {
    await runner.addColumn('landed_file', new TableColumn(text('upstream', true)))
    await runner.createIndex('run', new TableIndex({ name: 'run_started_at', columnNames: ['started_at'] }))
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropIndex('run', 'run_started_at')
    await runner.dropColumn('landed_file', 'upstream')
  }
}

/** Quality rules changed through the control port. */
export class MetadataQuality1764100000003 implements MigrationInterface {
  readonly name = 'MetadataQuality1764100000003'

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      table(
        'quality_overlay',
        ...[key('dataset'), text('rules'), word('baseline_sha256', 64), word('changed_by'), time('changed_at')],
      ),
    )
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('quality_overlay')
  }
}

export const METADATA_MIGRATIONS = [Metadata1764000000001, MetadataUpstream1764000000002, MetadataQuality1764100000003]
