import { Column, Entity, PrimaryColumn } from 'typeorm'

export type RequestState = 'PENDING' | 'APPROVED' | 'PARTLY_APPROVED' | 'DENIED' | 'WITHDRAWN'

/** Somebody's question for access to properties of a dataset, and what became of it. Times are ISO. */
@Entity({ name: 'access_request' })
export class AccessRequest {
  @PrimaryColumn({ type: 'varchar', length: 36 })
  id!: string

  @Column({ type: 'varchar', length: 100 })
  product!: string

  @Column({ type: 'varchar', length: 191 })
  dataset!: string

  @Column({ type: 'simple-json' })
  properties!: string[]

  @Column({ type: 'text' })
  reason!: string

  @Column({ type: 'varchar', length: 30, nullable: true, name: 'until_time' })
  until!: string | null

  @Column({ type: 'varchar', length: 191, name: 'requested_by' })
  requestedBy!: string

  @Column({ type: 'varchar', length: 191, name: 'requested_by_name', nullable: true })
  requestedByName!: string | null

  @Column({ type: 'varchar', length: 30, name: 'requested_at' })
  requestedAt!: string

  @Column({ type: 'varchar', length: 20 })
  state!: RequestState

  /** Of the one who is deciding it right now; gone once decided. */
  @Column({ type: 'varchar', length: 36, nullable: true })
  claim!: string | null

  @Column({ type: 'varchar', length: 30, nullable: true, name: 'claimed_at' })
  claimedAt!: string | null

  @Column({ type: 'varchar', length: 191, nullable: true, name: 'decided_by' })
  decidedBy!: string | null

  @Column({ type: 'varchar', length: 30, nullable: true, name: 'decided_at' })
  decidedAt!: string | null

  @Column({ type: 'text', nullable: true, name: 'decision_comment' })
  comment!: string | null

  @Column({ type: 'simple-json', nullable: true, name: 'granted_properties' })
  grantedProperties!: string[] | null

  @Column({ type: 'varchar', length: 30, nullable: true, name: 'granted_until' })
  grantedUntil!: string | null

  @Column({ type: 'simple-json', nullable: true, name: 'row_filter' })
  rowFilter!: unknown

  @Column({ type: 'simple-json', nullable: true })
  masks!: unknown

  @Column({ type: 'varchar', length: 100, nullable: true, name: 'grant_id' })
  grantId!: string | null
}

/** One step in the life of a request. */
@Entity({ name: 'access_request_event' })
export class AccessRequestEvent {
  @PrimaryColumn({ type: 'varchar', length: 36, name: 'request_id' })
  request!: string

  /** From 1. */
  @PrimaryColumn({ type: 'int', name: 'position' })
  position!: number

  @Column({ type: 'varchar', length: 30, name: 'happened_at' })
  at!: string

  @Column({ type: 'varchar', length: 191, name: 'done_by' })
  by!: string

  @Column({ type: 'varchar', length: 20 })
  what!: 'REQUESTED' | Exclude<RequestState, 'PENDING'>

  @Column({ type: 'text', nullable: true, name: 'event_comment' })
  comment!: string | null
}
