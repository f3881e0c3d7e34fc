import type { Condition, Dataset, DatasetDecision, OrderBy, Property, Row, Value } from '@terrane/schema'
import type { DataSource, SelectQueryBuilder } from 'typeorm'
import { patiently } from '../store-unavailable.js'
import { DatasetSql } from './condition-sql.js'
import { canonical } from './encoding.js'
import { type SqlDialect, SqlParameters } from './sql-dialect.js'
import type { PageQuestion, Position, PositionedRow, RowStore } from './store.js'

/** Keys of one statement. */
const KEYS = 500
/** The row's number in its publication, from 1 in the order of loading. */
export const ROW = '_row'

type RawRow = Record<string, unknown>

/** Rows of one publication, over TypeORM's query builder; what engines do differently is the dialect's. */
export class TypeOrmRowStore implements RowStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly dialect: SqlDialect,
    /** Dataset → table. */
    private readonly table: (dataset: string) => string,
    private readonly closeConnection: () => Promise<void> = async () => undefined,
  ) {}

  async byKeys(
    dataset: Dataset,
    keys: Value[][],
    properties: string[],
    decision: DatasetDecision,
  ): Promise<(Row | null)[]> {
    const types = dataset.primaryKey.map(name => propertyOf(dataset, name).type)
    if (types.length === 0) throw new TypeError(`Dataset ${dataset.name} has no primary key.`)
    // Keys in their one form; those that no row can have are not asked for.
    const forms = keys.map(key => types.map((type, at) => canonical(type, key[at] ?? null)))
    const wanted = new Map(
      forms
        .filter(form => form.every(part => part !== undefined && part !== null))
        .map(form => [JSON.stringify(form), form as Value[]]),
    )
    const found = new Map<string, Row>()
    const distinct = [...wanted.values()]
    for (let at = 0; at < distinct.length; at += KEYS) {
      const batch = distinct.slice(at, at + KEYS)
      const sql = this.sql(dataset, decision)
      const selected = [...new Set([...properties, ...dataset.primaryKey])]
      const query = this.select(dataset, sql, selected).where(sql.where(keyCondition(dataset.primaryKey, batch)))
      const raw = await this.read(query, sql)
      for (const each of raw) {
        const row = this.decode(dataset, selected, each)
        found.set(JSON.stringify(dataset.primaryKey.map(name => row[name])), pick(row, properties))
      }
    }
    return forms.map(form => found.get(JSON.stringify(form)) ?? null)
  }

  async page(dataset: Dataset, question: PageQuestion, decision: DatasetDecision): Promise<PositionedRow[]> {
    const { properties, where, orderBy, first, after } = question
    const sql = this.sql(dataset, decision)
    const sorted = orderBy.map(({ property }) => property)
    const selected = [...new Set([...properties, ...sorted])]
    const row = this.dialect.name(ROW)
    const query = this.select(dataset, sql, selected)
      .addSelect(row, ROW)
      .where(sql.where(where))
      .limit(Math.max(0, Math.trunc(first)))
    if (after) query.andWhere(this.after(sql, orderBy, after))
    for (const { property, direction } of orderBy) {
      const { expression, nullable } = sql.property(property)
      for (const term of this.dialect.order(expression, direction, nullable)) {
        query.addOrderBy(term.expression, term.direction, term.nulls)
      }
    }
    const raw = await this.read(query.addOrderBy(row, 'ASC'), sql)
    return raw.map(each => {
      const all = this.decode(dataset, selected, each)
      return { row: pick(all, properties), position: [...sorted.map(name => all[name]!), Number(each[ROW])] }
    })
  }

  async count(dataset: Dataset, where: Condition | undefined, decision: DatasetDecision): Promise<number> {
    const sql = this.sql(dataset, decision)
    const query = this.select(dataset, sql, []).addSelect('count(*)', 'n').where(sql.where(where))
    const [raw] = await this.read(query, sql)
    return Number(raw?.n)
  }

  close(): Promise<void> {
    return this.closeConnection()
  }

  private sql(dataset: Dataset, decision: DatasetDecision): DatasetSql {
    return new DatasetSql(this.dialect, new SqlParameters(':'), dataset, decision)
  }

  private select(dataset: Dataset, sql: DatasetSql, properties: string[]): SelectQueryBuilder<RawRow> {
    const query = this.dataSource.createQueryBuilder().select([]).from<RawRow>(this.table(dataset.name), 'r')
    // Aliases of our own: a property may be called like another one's column in a store that folds case.
    for (const [at, name] of properties.entries()) query.addSelect(sql.output(name), `c${at}`)
    return query
  }

  private read(query: SelectQueryBuilder<RawRow>, sql: DatasetSql): Promise<RawRow[]> {
    query.setParameters(sql.parameters.values)
    return patiently('rows', () => query.getRawMany<RawRow>())
  }

  private decode(dataset: Dataset, properties: string[], raw: RawRow): Row {
    const row: Row = {}
    properties.forEach((name, at) => {
      row[name] = this.dialect.decode(raw[`c${at}`], propertyOf(dataset, name).type)
    })
    return row
  }

  /**
   * Rows after a position in an order with nulls last: those beyond it in the first term, or equal there and after it in
   * the rest, and at the very end by the row's number.
   */
  private after(sql: DatasetSql, orderBy: OrderBy[], position: Position): string {
    if (position.length !== orderBy.length + 1) throw new TypeError('The position is not one of this order.')
    const beyond = (at: number): string => {
      const order = orderBy[at]
      if (!order) return `${this.dialect.name(ROW)} > ${sql.parameters.add(Math.trunc(Number(position[at])))}`
      const value = position[at]!
      const { expression, type, nullable } = sql.property(order.property)
      if (value === null) return `(${expression} IS NULL AND ${beyond(at + 1)})`
      const greater = sql.compare(expression, type, order.direction === 'ASC' ? 'gt' : 'lt', value)
      const equal = `(${sql.compare(expression, type, 'eq', value)} AND ${beyond(at + 1)})`
      const last = nullable ? ` OR ${expression} IS NULL` : ''
      const any = `(${greater} OR ${equal}${last})`
      // Says the obvious once more, as a range that an index can start from.
      const range = sql.compare(expression, type, order.direction === 'ASC' ? 'gte' : 'lte', value)
      return nullable || at > 0 ? any : `(${range} AND ${any})`
    }
    return beyond(0)
  }
}

function keyCondition(primaryKey: string[], keys: Value[][]): Condition {
  const [only] = primaryKey
  if (primaryKey.length === 1) return { property: only!, op: 'in', value: keys.map(([value]) => value!) }
  return {
    or: keys.map(key => ({
      and: primaryKey.map((property, at) => ({ property, op: 'eq' as const, value: key[at]! })),
    })),
  }
}

export function propertyOf(dataset: Dataset, name: string): Property {
  const property = dataset.properties.find(each => each.name === name)
  if (!property) throw new TypeError(`Dataset ${dataset.name} has no property ${name}.`)
  return property
}

function pick(row: Row, properties: string[]): Row {
  return Object.fromEntries(properties.map(name => [name, row[name]!]))
}
