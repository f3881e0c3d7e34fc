import { nearest } from '../problems/nearest.js'
import { type Problem, problem } from '../problems/problem.js'
import { FORMATS } from './formats.js'
import type { Source } from './source.js'

/** What a part of a document must look like: a declarative table, as far as the standards need one. */
export type Shape =
  | { is: 'text'; among?: readonly string[]; format?: keyof typeof FORMATS; pattern?: RegExp; like?: string }
  | { is: 'number' | 'integer'; atLeast?: number; above?: number }
  | { is: 'boolean' | 'anything' | 'scalar' }
  | { is: 'list'; of: Shape; atLeast?: number; atMost?: number; distinct?: boolean }
  | ObjectShape
  /** What it must be depends on what it is; also ties the knot of shapes that contain themselves. */
  | { is: 'choice'; of: (source: Source) => Shape }

export interface ObjectShape {
  is: 'object'
  fields: Record<string, Shape>
  required?: readonly string[]
  /** Any other property is taken too. */
  open?: boolean
  /** What else it takes because of what stands in it. */
  more?: (source: Source) => Partial<Pick<ObjectShape, 'fields' | 'required' | 'open'>>
  /** What no table says. */
  rule?: (source: Source, name: string) => Problem[]
}

export const text: Shape = { is: 'text' }
export const flag: Shape = { is: 'boolean' }
export const integer: Shape = { is: 'integer' }
export const number: Shape = { is: 'number' }
export const anything: Shape = { is: 'anything' }
export const scalar: Shape = { is: 'scalar' }
export const uri: Shape = { is: 'text', format: 'uri' }
export const oneOf = (...among: string[]): Shape => ({ is: 'text', among })
export const list = (of: Shape, limits: { atLeast?: number; atMost?: number; distinct?: boolean } = {}): Shape => ({
  is: 'list',
  of,
  ...limits,
})
export const object = (fields: Record<string, Shape>, ...required: string[]): ObjectShape => ({
  is: 'object',
  fields,
  required,
})

/** All that is wrong with `source`, named from `name` downwards; `standard` is for messages: `ODCS 3.1`. */
export function check(source: Source, shape: Shape, name: string, standard: string): Problem[] {
  switch (shape.is) {
    case 'anything':
      return []
    case 'choice':
      return check(source, shape.of(source), name, standard)
    case 'object':
      return checkObject(source, shape, name, standard)
    case 'list':
      return checkList(source, shape, name, standard)
    default:
      return checkScalar(source, shape, name)
  }
}

function checkObject(source: Source, shape: ObjectShape, name: string, standard: string): Problem[] {
  if (source.fields === undefined) return [wrongType(source, shape, name)]
  const more = shape.more?.(source) ?? {}
  const fields = { ...shape.fields, ...more.fields }
  const problems: Problem[] = []
  for (const needed of new Set([...(shape.required ?? []), ...(more.required ?? [])])) {
    if (source.fields.has(needed)) continue
    const expected = Object.hasOwn(fields, needed) ? describe(fields[needed]!) : 'a value'
    problems.push(problem('PROPERTY_MISSING', { object: name, name: needed, expected }, source.place))
  }
  for (const [key, { keyPlace, source: inner }] of source.fields) {
    if (Object.hasOwn(fields, key)) problems.push(...check(inner, fields[key]!, below(name, key), standard))
    else if (!shape.open && !more.open) problems.push(unknown(key, keyPlace, Object.keys(fields), name, standard))
  }
  return [...problems, ...(shape.rule?.(source, name) ?? [])]
}

function unknown(key: string, place: Source['place'], known: string[], object: string, standard: string): Problem {
  const near = nearest(key, known)
  const names = known.length > 12 ? `${known.slice(0, 12).join(', ')} …` : known.join(', ')
  const expected = near
    ? `Did you mean ${near}?`
    : known.length > 0
      ? `It has ${names}.`
      : 'It takes none here: what stands beside it, like a type, decides which.'
  const suggestion =
    known.includes('customProperties') && !near ? `${expected} Your own go into customProperties.` : expected
  return problem('PROPERTY_UNKNOWN', { object, name: short(key), standard, suggestion }, place)
}

function checkList(source: Source, shape: Shape & { is: 'list' }, name: string, standard: string): Problem[] {
  if (!Array.isArray(source.content)) return [wrongType(source, shape, name)]
  const { items } = source
  const problems: Problem[] = []
  if (items.length < (shape.atLeast ?? 0) || items.length > (shape.atMost ?? Number.POSITIVE_INFINITY)) {
    const expected = shape.atLeast === shape.atMost ? `exactly ${shape.atLeast}` : `at least ${shape.atLeast}`
    problems.push(problem('LIST_LENGTH', { name, found: items.length, expected }, source.place))
  }
  if (shape.distinct) {
    const seen = new Set<string>()
    for (const item of items) {
      const same = JSON.stringify(item.plain())
      if (seen.has(same)) problems.push(problem('LIST_REPEATS', { name }, item.place))
      seen.add(same)
    }
  }
  items.forEach((item, index) => {
    problems.push(...check(item, shape.of, `${name}[${labelOf(item) ?? index}]`, standard))
  })
  return problems
}

type ScalarShape = Exclude<Shape, { is: 'object' | 'list' | 'choice' | 'anything' }>

function checkScalar(source: Source, shape: ScalarShape, name: string): Problem[] {
  const value = source.scalar
  if (!isKind(value, shape.is)) return [wrongType(source, shape, name)]
  const malformed = (expected: string) => [
    problem('VALUE_MALFORMED', { name, found: source.quoted(), expected }, source.place),
  ]
  if (shape.is === 'text') {
    const found = value as string
    if (shape.among !== undefined && !shape.among.includes(found)) {
      const near = source.hidden ? undefined : nearest(found, shape.among)
      const all = `Expected ${shape.among.length > 1 ? 'one of ' : ''}${shape.among.join(', ')}.`
      const suggestion = near ? `Did you mean ${near}? ${all}` : all
      return [problem('VALUE_NOT_ALLOWED', { name, found: source.quoted(), suggestion }, source.place)]
    }
    if (shape.pattern !== undefined && !shape.pattern.test(found)) return malformed(shape.like ?? `${shape.pattern}`)
    const format = shape.format === undefined ? undefined : FORMATS[shape.format]
    if (format !== undefined && !format.fits(found)) return malformed(format.like)
  } else if (shape.is === 'number' || shape.is === 'integer') {
    const found = value as number
    if (shape.atLeast !== undefined && found < shape.atLeast) return malformed(`${shape.atLeast} or more`)
    if (shape.above !== undefined && found <= shape.above) return malformed(`more than ${shape.above}`)
  }
  return []
}

function isKind(value: unknown, kind: ScalarShape['is']): boolean {
  switch (kind) {
    case 'text':
      return typeof value === 'string'
    case 'number':
      return typeof value === 'number' && Number.isFinite(value)
    case 'integer':
      return Number.isInteger(value)
    case 'boolean':
      return typeof value === 'boolean'
    default:
      return value !== undefined
  }
}

function wrongType(source: Source, shape: Shape, name: string): Problem {
  const unquoted = shape.is === 'text' && (typeof source.scalar === 'number' || typeof source.scalar === 'boolean')
  const expected = unquoted ? 'a text: put it in quotes' : describe(shape)
  return problem('VALUE_WRONG_TYPE', { name, found: source.quoted(), expected }, source.place)
}

function describe(shape: Shape): string {
  switch (shape.is) {
    case 'text':
      if (shape.among !== undefined)
        return shape.among.length === 1 ? shape.among[0]! : `one of ${shape.among.join(', ')}`
      return shape.format === undefined ? 'a text' : FORMATS[shape.format].like
    case 'number':
      return 'a number'
    case 'integer':
      return 'a whole number'
    case 'boolean':
      return 'true or false'
    case 'scalar':
      return 'a text, a number, true, false or null'
    case 'list':
      return 'a list'
    case 'object':
      return 'an object'
    default:
      return 'a value'
  }
}

/** Items are named by what they call themselves; a person finds `orders` sooner than the third. */
function labelOf(item: Source): string | undefined {
  for (const key of ['name', 'server', 'role', 'property', 'channel', 'username', 'metric']) {
    const label = item.get(key)
    if (label !== undefined) return label.hidden || typeof label.scalar !== 'string' ? undefined : short(label.scalar)
  }
  return undefined
}

const below = (name: string, key: string) => (/^The /.test(name) ? key : `${name}.${key}`)
const short = (key: string) => (key.length > 60 ? `${key.slice(0, 60)}…` : key)
