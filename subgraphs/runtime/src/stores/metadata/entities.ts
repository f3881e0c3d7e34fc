import 'reflect-metadata'
import type { QualityRule, RunInfo } from '@terrane/schema'
import { Column, Entity, PrimaryColumn } from 'typeorm'
import type { LandedFile } from '../../input-layer/landed.js'
import { wholeNumber } from '../whole-number.js'

/** A file as received, once per port and content. */
@Entity({ name: 'landed_file' })
export class LandedFileEntity {
  @PrimaryColumn({ type: 'varchar', length: 191 })
  port!: string

  @PrimaryColumn({ type: 'varchar', length: 64 })
  sha256!: string

  @Column({ type: 'text' })
  path!: string

  @Column({ type: 'text' })
  name!: string

  @Column({ type: 'varchar', length: 16 })
  format!: LandedFile['format']

  @Column({ type: 'varchar', length: 16, nullable: true })
  compression!: 'gzip' | null

  @Column({ type: 'bigint', transformer: wholeNumber })
  bytes!: number

  @Column({ type: 'varchar', length: 32, name: 'received_at' })
  receivedAt!: string

  @Column({ type: 'simple-json', nullable: true })
  upstream!: LandedFile['upstream'] | null
}

/** What makes up a pulled port's input now, in the source's order. */
@Entity({ name: 'current_item' })
export class CurrentItemEntity {
  @PrimaryColumn({ type: 'varchar', length: 191 })
  port!: string

  @PrimaryColumn({ type: 'int', transformer: wholeNumber })
  position!: number

  @Column({ type: 'text' })
  name!: string

  @Column({ type: 'varchar', length: 64 })
  sha256!: string

  @Column({ type: 'text', nullable: true })
  revision!: string | null
}

/** A run of the pipeline and what came of it. */
@Entity({ name: 'run' })
export class RunEntity {
  @PrimaryColumn({ type: 'varchar', length: 64 })
  id!: string

  @Column({ type: 'varchar', length: 16 })
  state!: RunInfo['state']

  @Column({ type: 'varchar', length: 64, name: 'trigger_name' })
  trigger!: string

  @Column({ type: 'varchar', length: 32, name: 'started_at' })
  startedAt!: string

  @Column({ type: 'varchar', length: 32, name: 'finished_at', nullable: true })
  finishedAt!: string | null

  @Column({ type: 'double', nullable: true })
  seconds!: number | null

  @Column({ type: 'int', nullable: true, transformer: wholeNumber })
  publication!: number | null

  @Column({ type: 'simple-json' })
  problems!: RunInfo['problems']

  @Column({ type: 'int', transformer: wholeNumber })
  quarantined!: number
}

/** A model's SQL changed through the control port. */
@Entity({ name: 'overlay' })
export class OverlayEntity {
  @PrimaryColumn({ type: 'varchar', length: 191 })
  model!: string

  @Column({ type: 'text', name: 'sql_text' })
  sql!: string

  @Column({ type: 'varchar', length: 64, name: 'baseline_sha256' })
  baselineSha256!: string

  @Column({ type: 'varchar', length: 191, name: 'changed_by' })
  by!: string

  @Column({ type: 'varchar', length: 32, name: 'changed_at' })
  at!: string
}

/** A dataset's quality rules changed through the control port. */
@Entity({ name: 'quality_overlay' })
export class QualityOverlayEntity {
  @PrimaryColumn({ type: 'varchar', length: 191 })
  dataset!: string

  @Column({ type: 'simple-json' })
  rules!: QualityRule[]

  @Column({ type: 'varchar', length: 64, name: 'baseline_sha256' })
  baselineSha256!: string

  @Column({ type: 'varchar', length: 191, name: 'changed_by' })
  by!: string

  @Column({ type: 'varchar', length: 32, name: 'changed_at' })
  at!: string
}

/** The documents as last deployed; one row. */
@Entity({ name: 'deployment' })
export class DeploymentEntity {
  @PrimaryColumn({ type: 'int', transformer: wholeNumber })
  id!: number

  @Column({ type: 'varchar', length: 64 })
  sha256!: string

  @Column({ type: 'varchar', length: 32, name: 'deployed_at' })
  at!: string

  @Column({ type: 'simple-json' })
  documents!: Record<string, unknown>
}

/** A publication that was in force once and is still held. */
@Entity({ name: 'publication' })
export class PublicationEntity {
  @PrimaryColumn({ type: 'int', transformer: wholeNumber })
  number!: number

  @Column({ type: 'simple-json' })
  manifest!: object
}

/** The pointer, one row: which publication is in force, and the last number given out. */
@Entity({ name: 'publication_pointer' })
export class PublicationPointerEntity {
  @PrimaryColumn({ type: 'int', transformer: wholeNumber })
  id!: number

  @Column({ type: 'int', nullable: true, name: 'current_number', transformer: wholeNumber })
  current!: number | null

  @Column({ type: 'int', name: 'last_reserved', transformer: wholeNumber })
  lastReserved!: number
}

export const METADATA_ENTITIES = [
  LandedFileEntity,
  CurrentItemEntity,
  RunEntity,
  OverlayEntity,
  QualityOverlayEntity,
  DeploymentEntity,
  PublicationEntity,
  PublicationPointerEntity,
]
