import type { Value, ValueType } from '@terrane/schema'

/** SQL as a store wants it: four methods for values and names, three functions that engines call differently. */
export interface SqlDialect {
  /** Identifier, quoted. */
  name(identifier: string): string
  /** The stored column in the form in which it is compared, sorted and grouped. */
  column(quoted: string, type: ValueType): string
  /** What is selected of such an expression so that nothing is lost on the way to `decode`. */
  output(expression: string, type: ValueType): string
  /** A driver's value of `output` in the one form of `Value`. */
  decode(raw: unknown, type: ValueType): Value
  /** Binds a value that `comparable` found fit, in the form in which columns of this type are compared. */
  bind(parameters: SqlParameters, value: string | number | boolean, type: ValueType): string

  /** True where `text` has the bytes of the bound `part` at its start, end or anywhere; no character is special. */
  match(text: string, part: string, where: 'contains' | 'startsWith' | 'endsWith'): string
  /** The first characters of a text, then an ellipsis. */
  first(text: string, length: number): string
  /** Lower-case hex SHA-256 of a text. */
  sha256(text: string): string
  /** Terms of ORDER BY with nulls last. */
  order(
    expression: string,
    direction: 'ASC' | 'DESC',
    nullable: boolean,
  ): { expression: string; direction: 'ASC' | 'DESC'; nulls?: 'NULLS LAST' }[]
}

/** Values travel beside the SQL, never in it. */
export class SqlParameters {
  readonly values: Record<string, string | number | bigint | boolean | null> = {}
  private count = 0

  constructor(private readonly prefix: ':' | '$') {}

  /** The placeholder of a value; a name may stand in the SQL more than once. */
  add(value: string | number | bigint | boolean | null): string {
    const name = `terrane_${this.count++}`
    this.values[name] = value
    return `${this.prefix}${name}`
  }
}
