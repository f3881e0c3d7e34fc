import { Column, Entity, PrimaryColumn } from 'typeorm'

/** A product of another process that was published to this mesh. Restored from here when the gateway starts again. */
@Entity({ name: 'registered_product' })
export class RegisteredProduct {
  @PrimaryColumn({ type: 'varchar', length: 100 })
  name!: string

  @Column({ type: 'varchar', length: 2000 })
  url!: string

  /** JSON of `ProductFacts`: what composes and governs it while it is away. */
  @Column({ type: 'text' })
  facts!: string

  /** Subject of who published it. */
  @Column({ type: 'varchar', length: 200, name: 'registered_by' })
  registeredBy!: string

  /** ISO. */
  @Column({ type: 'varchar', length: 30, name: 'registered_at' })
  registeredAt!: string
}
