import type { Dataset, Property, Value, ValueType } from '../contracts/model.js'
import { type Problem, problem } from '../problems/problem.js'
import type { Condition } from './condition.js'

type Conditioned = Pick<Dataset, 'name' | 'properties'>

/**
 * A row filter as people write it in contracts and grants, by the contract's names:
 * `{country_code: {eq: GB}, or: [{amount: {gt: 100}}, {amount: {isNull: true}}]}`. Several members mean all of them.
 */
export function parseCondition(dataset: Conditioned, input: unknown): { condition?: Condition; problems: Problem[] } {
  const problems: Problem[] = []
  const condition = parse(dataset, input, problems, 1)
  return condition && problems.length === 0 ? { condition, problems } : { problems }
}

/** Far more than anybody writes, and far less than what a stack holds. */
const DEEPEST = 20

function parse(dataset: Conditioned, input: unknown, problems: Problem[], depth: number): Condition | undefined {
  if (!isRecord(input) || Object.keys(input).length === 0 || depth > DEEPEST) {
    problems.push(problem('CONDITION_MALFORMED', { dataset: dataset.name }))
    return undefined
  }
  const parts = Object.entries(input).flatMap(([key, value]): (Condition | undefined)[] => {
    if (key === 'and' || key === 'or') return [combination(dataset, key, value, problems, depth)]
    if (key === 'not') {
      const inner = parse(dataset, value, problems, depth + 1)
      return inner ? [{ not: inner }] : []
    }
    const property = dataset.properties.find(candidate => candidate.name === key)
    if (!property || !isRecord(value)) {
      problems.push(
        property
          ? problem('CONDITION_MALFORMED', { dataset: dataset.name })
          : problem('CONDITION_UNKNOWN_PROPERTY', { dataset: dataset.name, property: key }),
      )
      return []
    }
    return Object.entries(value).map(([op, operand]) => comparison(dataset, property, op, operand, problems))
  })
  const found = parts.filter(part => part !== undefined)
  return found.length === 1 ? found[0] : { and: found }
}

function combination(
  dataset: Conditioned,
  key: 'and' | 'or',
  value: unknown,
  problems: Problem[],
  depth: number,
): Condition | undefined {
  // `or: []` would be nothing and `and: []` everything: neither is what somebody means who writes it.
  if (!Array.isArray(value) || value.length === 0) {
    problems.push(problem('CONDITION_MALFORMED', { dataset: dataset.name }))
    return undefined
  }
  const parts = value.map(item => parse(dataset, item, problems, depth + 1)).filter(part => part !== undefined)
  return key === 'and' ? { and: parts } : { or: parts }
}

function comparison(
  dataset: Conditioned,
  property: Property,
  op: string,
  operand: unknown,
  problems: Problem[],
): Condition | undefined {
  const refuse = (expected: string) => {
    problems.push(
      problem('CONDITION_MALFORMED_OPERAND', { dataset: dataset.name, property: property.name, op, expected }),
    )
    return undefined
  }
  const fits = (value: unknown): value is Value => fitsType(property.type, value)
  switch (op) {
    case 'eq':
    case 'ne':
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      return fits(operand) ? { property: property.name, op, value: operand } : refuse(`a ${property.type.kind}`)
    case 'in':
    case 'notIn':
      return Array.isArray(operand) && operand.every(fits)
        ? { property: property.name, op, value: operand }
        : refuse(`a list of ${property.type.kind} values`)
    case 'isNull':
      return typeof operand === 'boolean' ? { property: property.name, op, value: operand } : refuse('true or false')
    case 'contains':
    case 'startsWith':
    case 'endsWith':
      return property.type.kind === 'string' && typeof operand === 'string'
        ? { property: property.name, op, value: operand }
        : refuse('a text, on a property that is text')
    default:
      return refuse('one of eq, ne, in, notIn, gt, gte, lt, lte, isNull, contains, startsWith, endsWith')
  }
}

function fitsType(type: ValueType, value: unknown): boolean {
  switch (type.kind) {
    case 'integer':
    case 'double':
      return typeof value === 'number' && Number.isFinite(value)
    case 'bigint':
    case 'decimal':
      return typeof value === 'number' || (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value))
    case 'boolean':
      return typeof value === 'boolean'
    case 'array':
    case 'json':
      return false
    default:
      return typeof value === 'string'
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
