import 'reflect-metadata'
import type { Grant } from '@terrane/schema'
import { Column, Entity, PrimaryColumn } from 'typeorm'
import { wholeNumber } from '../whole-number.js'

/** Who may do what with which dataset: declared by the contract or granted by an owner. */
@Entity({ name: 'access_grant' })
export class GrantEntity {
  @PrimaryColumn({ type: 'varchar', length: 191 })
  id!: string

  @Column({ type: 'varchar', length: 8 })
  effect!: Grant['effect']

  @Column({ type: 'varchar', length: 191 })
  subject!: string

  @Column({ type: 'simple-json' })
  actions!: Grant['actions']

  @Column({ type: 'varchar', length: 191 })
  dataset!: string

  @Column({ type: 'simple-json', nullable: true })
  properties!: string[] | null

  @Column({ type: 'simple-json', nullable: true })
  classifications!: string[] | null

  @Column({ type: 'simple-json', nullable: true, name: 'row_filter' })
  rowFilter!: Grant['rowFilter'] | null

  @Column({ type: 'simple-json', nullable: true })
  masks!: Grant['masks'] | null

  @Column({ type: 'varchar', length: 32, nullable: true, name: 'valid_from' })
  from!: string | null

  @Column({ type: 'varchar', length: 32, nullable: true, name: 'valid_until' })
  until!: string | null

  @Column({ type: 'varchar', length: 16 })
  origin!: Grant['origin']

  @Column({ type: 'text', name: 'granted_by' })
  by!: string

  @Column({ type: 'varchar', length: 32, name: 'granted_at' })
  at!: string

  @Column({ type: 'text', nullable: true })
  reason!: string | null
}

/** Grows with every change of a grant; one row. */
@Entity({ name: 'policy_version' })
export class PolicyVersionEntity {
  @PrimaryColumn({ type: 'int', transformer: wholeNumber })
  id!: number

  @Column({ type: 'bigint', transformer: wholeNumber })
  version!: number
}

export const SECURITY_ENTITIES = [GrantEntity, PolicyVersionEntity]
