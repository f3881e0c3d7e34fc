import { Column, Entity, PrimaryColumn } from 'typeorm'

/** Somebody's session at this mesh. The row is of no use without the cookie: that alone opens what is sealed. */
@Entity({ name: 'signed_in_session' })
export class SignedInSession {
  /** SHA-256 of the id in the cookie, hex. */
  @PrimaryColumn({ type: 'varchar', length: 64, name: 'id_hash' })
  idHash!: string

  /** Who is signed in and with which tokens, encrypted under a key made from the id in the cookie. */
  @Column({ type: 'text' })
  sealed!: string

  /** Epoch milliseconds. */
  @Column({
    type: 'bigint',
    name: 'ends_at',
    transformer: { to: (value: number) => value, from: (value: string | number | bigint) => Number(value) },
  })
  endsAt!: number
}
