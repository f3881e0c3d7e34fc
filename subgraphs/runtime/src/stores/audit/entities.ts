import 'reflect-metadata'
import type { AuditInfo } from '@terrane/schema'
import { Column, Entity, PrimaryColumn } from 'typeorm'
import { wholeNumber } from '../whole-number.js'

/** Who read or changed what, and how it ended. */
@Entity({ name: 'audit_entry' })
export class AuditEntryEntity {
  /** Given when recorded, so that a batch written twice counts once; sorts by time. */
  @PrimaryColumn({ type: 'varchar', length: 64 })
  id!: string

  @Column({ type: 'varchar', length: 32, name: 'recorded_at' })
  at!: string

  @Column({ type: 'varchar', length: 191 })
  subject!: string

  @Column({ type: 'varchar', length: 64 })
  action!: string

  @Column({ type: 'varchar', length: 191, nullable: true })
  dataset!: string | null

  @Column({ type: 'simple-json' })
  properties!: string[]

  @Column({ type: 'bigint', nullable: true, name: 'row_count', transformer: wholeNumber })
  rows!: number | null

  @Column({ type: 'int', nullable: true, transformer: wholeNumber })
  publication!: number | null

  @Column({ type: 'varchar', length: 191 })
  port!: string

  @Column({ type: 'varchar', length: 16 })
  outcome!: AuditInfo['outcome']

  @Column({ type: 'text', nullable: true })
  detail!: string | null
}
