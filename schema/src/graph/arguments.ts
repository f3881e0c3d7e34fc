import type { Condition } from '../authorisation/condition.js'
import type { Property, Value } from '../contracts/model.js'
import type { DatasetNames, DimensionNames } from './names.js'
import type { Dimension, Measure, OrderBy } from './resolvers.js'
import { BigIntScalar, DateScalar, DateTimeScalar, DecimalScalar, TimeScalar } from './scalars.js'
import { badInput } from './user-input.js'

/** From arguments in the graph's names to questions in the contract's. */

export const DEFAULT_PAGE = 50
export const MAXIMUM_PAGE = 1000
/** Groups of an aggregate, which are smaller than rows. */
export const MAXIMUM_GROUPS = 10_000

export const FUNCTIONS = ['sum', 'avg', 'min', 'max', 'countDistinct'] as const
export type MeasureFunction = (typeof FUNCTIONS)[number]

type Input = Record<string, unknown>

/** Beyond these, engines run out of stack or spend seconds on reading the question alone. */
const DEEPEST_CONDITION = 20
const MOST_CONDITIONS = 500
const MOST_VALUES = 5000

/** Undefined where nothing is asked. Members of one object must all hold. */
export function conditionOf(names: DatasetNames, where: unknown): Condition | undefined {
  return conditionAt(names, where, 1, { conditions: 0, values: 0 })
}

function conditionAt(
  names: DatasetNames,
  where: unknown,
  depth: number,
  seen: { conditions: number; values: number },
): Condition | undefined {
  if (where === undefined || where === null) return undefined
  if (depth > DEEPEST_CONDITION) throw badInput(`\`where\` has more than ${DEEPEST_CONDITION} levels.`)
  seen.conditions++
  const parts = Object.entries(where as Input).flatMap(([name, value]): Condition[] => {
    if (value === undefined || value === null) return []
    if (name === 'not') return [{ not: conditionAt(names, value, depth + 1, seen) ?? { and: [] } }]
    if (name === 'and' || name === 'or') {
      const conditions = (value as Input[]).map(each => conditionAt(names, each, depth + 1, seen) ?? { and: [] })
      return [name === 'and' ? { and: conditions } : { or: conditions }]
    }
    const property = names.byField(name)!.property.name
    return Object.entries(value as Input).flatMap(([op, operand]) => {
      if (operand === undefined) return []
      // Taken for "nothing asked", a null would answer with more than was meant.
      if (operand === null) throw badInput(`\`${name}.${op}\` must not be null; ask \`${name}: {isNull: true}\`.`)
      seen.conditions++
      seen.values += Array.isArray(operand) ? operand.length : 1
      return [{ property, op, value: operand } as Condition]
    })
  })
  if (seen.conditions > MOST_CONDITIONS || seen.values > MOST_VALUES)
    throw badInput(`\`where\` has at most ${MOST_CONDITIONS} conditions with ${MOST_VALUES} values in all.`)
  if (parts.length === 0) return undefined
  return parts.length === 1 ? parts[0] : { and: parts }
}

export function orderOf(names: DatasetNames, orderBy: unknown): OrderBy[] {
  return items(orderBy).map(item => {
    const [field, direction] = onlyMember(item)
    return { property: names.byField(field)!.property.name, direction: direction as OrderBy['direction'] }
  })
}

export function pageSize(first: unknown): number {
  return sizeOf(first, DEFAULT_PAGE, MAXIMUM_PAGE)
}

export function groupLimit(first: unknown): number {
  return sizeOf(first, MAXIMUM_GROUPS, MAXIMUM_GROUPS)
}

function sizeOf(first: unknown, byDefault: number, maximum: number): number {
  const size = (first as number | null | undefined) ?? byDefault
  if (size < 0 || size > maximum) throw badInput(`\`first\` must be between 0 and ${maximum}, not ${size}.`)
  return size
}

export function publicationOf(asOf: unknown): number | undefined {
  return (asOf as number | null | undefined) ?? undefined
}

export type AggregateOrder =
  | { dimension: DimensionNames; direction: OrderBy['direction'] }
  | { measure: Measure; direction: OrderBy['direction'] }

export function aggregateOrderOf(names: DatasetNames, groupBy: DimensionNames[], orderBy: unknown): AggregateOrder[] {
  return items(orderBy).map(item => {
    const [of, inner] = onlyMember(item)
    if (of === 'count') return { measure: { fn: 'count' }, direction: inner as OrderBy['direction'] }
    const [field, direction] = onlyMember(inner as Input)
    if (of === 'group') {
      const dimension = groupBy.find(each => each.field === field)
      if (!dimension) throw badInput(`\`orderBy\` names \`${field}\`, which \`groupBy\` does not.`)
      return { dimension, direction: direction as OrderBy['direction'] }
    }
    const measure: Measure = { fn: of as MeasureFunction, property: names.byField(field)!.property.name }
    return { measure, direction: direction as OrderBy['direction'] }
  })
}

export function dimensionOf({ property, part }: DimensionNames): Dimension {
  return { property: property.name, ...(part ? { part } : {}) }
}

/** A single value is taken for a list of one (GraphQL October 2021, §3.11). */
function items(list: unknown): Input[] {
  return (list as Input[] | null | undefined) ?? []
}

/** One member per item: the order of an object's members means nothing. */
function onlyMember(item: Input): [string, unknown] {
  const members = Object.entries(item).filter(([, value]) => value !== undefined && value !== null)
  if (members.length !== 1) throw badInput(`Each item of \`orderBy\` has exactly one member, not ${members.length}.`)
  return members[0]!
}

/** A key's value in the property's own form; undefined where it cannot be one, so that no row has it. */
export function keyValue({ type }: Pick<Property, 'type'>, value: unknown): Value | undefined {
  if (value === undefined || value === null) return undefined
  if (type.kind === 'string') return String(value)
  if (type.kind === 'boolean') return typeof value === 'boolean' ? value : { true: true, false: false }[String(value)]
  if (type.kind === 'integer' || type.kind === 'double') {
    const number = Number(value)
    const known =
      String(value).trim() !== '' && (type.kind === 'double' ? Number.isFinite(number) : Number.isInteger(number))
    return known ? number : undefined
  }
  const scalar = {
    bigint: BigIntScalar,
    decimal: DecimalScalar,
    date: DateScalar,
    timestamp: DateTimeScalar,
    time: TimeScalar,
  }[type.kind as 'bigint']
  try {
    return scalar?.parseValue(value) as Value
  } catch {
    return undefined
  }
}
