import type { Condition, Dataset, DatasetDecision, Mask, Property, Value, ValueType } from '@terrane/schema'
import { comparable } from './encoding.js'
import type { SqlDialect, SqlParameters } from './sql-dialect.js'

/** SQL of one property as a caller may see it. */
export interface SeenProperty {
  expression: string
  type: ValueType
  /** False only where no row can have null there. */
  nullable: boolean
}

/**
 * Writes conditions and properties of one dataset for one caller, the same for every store. The caller's own questions
 * see cases and masks instead of columns; the decision's row filter and cases are about the columns themselves.
 * SQL's three-valued logic applies throughout.
 */
export class DatasetSql {
  private readonly properties: Map<string, Property>
  private readonly seen = new Map<string, SeenProperty>()

  constructor(
    readonly dialect: SqlDialect,
    readonly parameters: SqlParameters,
    private readonly dataset: Dataset,
    private readonly decision: DatasetDecision,
  ) {
    this.properties = new Map(dataset.properties.map(property => [property.name, property]))
  }

  /** The rows that exist for this caller, and among them those asked for. */
  where(question?: Condition): string {
    if (!this.decision.read) return FALSE
    const parts = [
      ...(this.decision.rows ? [this.condition(this.decision.rows, name => this.stored(name))] : []),
      ...(question ? [this.condition(question, name => this.property(name))] : []),
    ]
    return parts.length > 0 ? parts.map(part => `(${part})`).join(' AND ') : TRUE
  }

  /** @throws TypeError where the caller may not read it; that is refused before a store is asked. */
  property(name: string): SeenProperty {
    const known = this.seen.get(name)
    if (known) return known
    const read = this.readable(name)
    const seen = read === true ? this.stored(name) : this.cases(name, read)
    this.seen.set(name, seen)
    return seen
  }

  /** `property` in the form that leaves the store. */
  output(name: string): string {
    const { expression, type } = this.property(name)
    return this.dialect.output(expression, type)
  }

  private readable(name: string): true | { when?: Condition; mask?: Mask }[] {
    const { primaryKey } = this.dataset
    const { properties, read } = this.decision
    // A key is governed by its dataset's grant alone.
    const decided = primaryKey.includes(name) ? read : Object.hasOwn(properties, name) && properties[name]!.read
    if (decided === false) throw new TypeError(`Property ${name} of ${this.dataset.name} may not be read here.`)
    return decided
  }

  private stored(name: string): SeenProperty {
    const property = this.properties.get(name)
    if (!property) throw new TypeError(`Dataset ${this.dataset.name} has no property ${name}.`)
    const { type, required } = property
    const nullable = !(required || this.dataset.primaryKey.includes(name))
    return { expression: this.dialect.column(this.dialect.name(name), type), type, nullable }
  }

  private cases(name: string, cases: { when?: Condition; mask?: Mask }[]): SeenProperty {
    const stored = this.stored(name)
    const { type } = stored
    const branches: string[] = []
    for (const { when, mask } of cases) {
      const value = mask ? this.masked(stored, mask) : stored.expression
      if (when === undefined) {
        const expression = branches.length > 0 ? `CASE ${branches.join(' ')} ELSE ${value} END` : `(${value})`
        return { expression, type, nullable: true }
      }
      branches.push(`WHEN ${this.condition(when, column => this.stored(column))} THEN ${value}`)
    }
    const expression = branches.length > 0 ? `CASE ${branches.join(' ')} END` : 'NULL'
    return { expression, type, nullable: true }
  }

  /** A mask that the type cannot hold shows nothing: a hash is no decimal. */
  private masked({ expression, type }: SeenProperty, mask: Mask): string {
    const text = type.kind === 'string'
    if (mask.kind === 'first' && text) return this.dialect.first(expression, mask.length)
    if (mask.kind === 'hash' && text) return this.dialect.sha256(expression)
    if (mask.kind === 'fixed' && type.kind !== 'array' && type.kind !== 'json') {
      try {
        const value = comparable(type, mask.value)
        if (value.fits) return this.dialect.bind(this.parameters, value.value, type)
      } catch (error) {
        if (!(error instanceof TypeError)) throw error
      }
    }
    return 'NULL'
  }

  private condition(condition: Condition, seen: (name: string) => SeenProperty): string {
    if ('and' in condition) return joined(condition.and, 'AND', TRUE, part => this.condition(part, seen))
    if ('or' in condition) return joined(condition.or, 'OR', FALSE, part => this.condition(part, seen))
    if ('not' in condition) return `NOT (${this.condition(condition.not, seen)})`
    const { expression, type } = seen(condition.property)
    switch (condition.op) {
      case 'isNull':
        return `${expression} IS ${condition.value ? '' : 'NOT '}NULL`
      case 'in':
      case 'notIn':
        return this.membership(expression, type, condition.value, condition.op === 'in')
      case 'contains':
      case 'startsWith':
      case 'endsWith': {
        if (condition.value === '') return always(expression)
        const part = this.dialect.bind(this.parameters, condition.value, { kind: 'string' })
        return this.dialect.match(expression, part, condition.op)
      }
      default:
        return this.compare(expression, type, condition.op, condition.value)
    }
  }

  /** A comparison with a value that the column cannot hold is one with its neighbour, or is always or never true. */
  compare(expression: string, type: ValueType, op: Comparison, value: Value): string {
    if (value === null) return UNKNOWN
    const found = comparable(type, value)
    if (found.fits) return `${expression} ${OPERATORS[op]} ${this.dialect.bind(this.parameters, found.value, type)}`
    if (op === 'eq' || op === 'ne') return op === 'eq' ? never(expression) : always(expression)
    const below = op === 'lt' || op === 'lte'
    if (found.floor === undefined || found.above)
      return below === Boolean(found.above) ? always(expression) : never(expression)
    return `${expression} ${below ? '<=' : '>'} ${this.dialect.bind(this.parameters, found.floor, type)}`
  }

  private membership(expression: string, type: ValueType, values: Value[], within: boolean): string {
    if (values.length === 0) return within ? FALSE : TRUE
    const listed = values.map(value => {
      if (value === null) return 'NULL'
      const found = comparable(type, value)
      return found.fits ? this.dialect.bind(this.parameters, found.value, type) : undefined
    })
    const possible = listed.filter(value => value !== undefined)
    if (possible.length === 0) return within ? never(expression) : always(expression)
    return `${expression} ${within ? '' : 'NOT '}IN (${possible.join(', ')})`
  }
}

export type Comparison = keyof typeof OPERATORS
const OPERATORS = { eq: '=', ne: '<>', gt: '>', gte: '>=', lt: '<', lte: '<=' } as const
const TRUE = '1 = 1'
const FALSE = '1 = 0'
const UNKNOWN = '1 = NULL'
/** Unknown for null, as any comparison is. */
const always = (expression: string) => `${expression} = ${expression}`
const never = (expression: string) => `${expression} <> ${expression}`

function joined(parts: Condition[], word: 'AND' | 'OR', empty: string, write: (part: Condition) => string): string {
  return parts.length === 0 ? empty : parts.map(part => `(${write(part)})`).join(` ${word} `)
}
