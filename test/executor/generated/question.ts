import type { GeneratorValue } from 'fast-check'
import * as fc from 'fast-check'
import {
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isUnionType,
} from 'graphql'

export interface GeneratedQuestion {
  query: string
  variables: Record<string, unknown>
}

/** What is called how in one object of the answer. */
type Names = Map<string, { meaning: string; below: Names }>

/** What is deeper costs the planner seconds: now and then. */
const DEEPEST = 3
/** So are many fields below one another: the planner holds the ways to each against the ways to all others. */
const MOST_FIELDS = 24
/** What every object has, what plans fetch for themselves, and what the engine and the planner call things. */
const TRICKY = [
  '__proto__',
  'constructor',
  'toString',
  'id',
  'code',
  'price',
  'f0',
  'c7',
  'dimensions',
  'width',
  'id__apart',
]
const VARIABLES: Record<string, { type: string; values: readonly unknown[] }> = {
  n: { type: 'Int = 5', values: [7, null] },
  tags: { type: '[[String]]', values: [[['t', null], null], []] },
  currency: { type: 'String = "CHF"', values: ['USD', null] },
  mode: { type: 'Mode = SLOW', values: ['FAST'] },
  on: { type: 'Boolean = true', values: [false] },
}

/** Aliases, arguments, fragments named and inline, `@skip` and `@include`, the same field twice. */
export function generateQuestion(schema: GraphQLSchema, gen: GeneratorValue): GeneratedQuestion {
  const chance = (percent: number) => gen(fc.nat, { max: 99 }) < percent
  const pick = <Item>(items: readonly Item[]): Item => items[gen(fc.nat, { max: items.length - 1 })]!
  const deepest = chance(15) ? DEEPEST + 1 : DEEPEST
  const fragments: string[] = []
  let aliases = 0
  let fields = 0
  const mutation = schema.getMutationType()
  const root = mutation && chance(25) ? mutation : schema.getQueryType()!
  const changing = root === mutation

  const condition = () => (chance(12) ? ` @${pick(['skip', 'include'])}(if: $${pick(['yes', 'no', 'on'])})` : '')
  const argumentsOf = (name: string, typeName: string): string => {
    switch (name) {
      case 'currency':
        return pick(['', '(currency: "USD")', '(currency: "EUR")', '(currency: null)', '(currency: $currency)'])
      case 'mark':
        return pick(['', '(mark: "x")', '(mark: "z")'])
      case 'fail':
        return pick(['', '(fail: true)', '(fail: $no)'])
      case 'of':
        return pick([
          '',
          '(of: {n: $n, tags: [["a", null], null], mode: FAST})',
          '(of: {tags: $tags, mode: $mode})',
          '(of: null)',
        ])
      default:
        return `(id: "${typeName}-${gen(fc.nat, { max: 3 })}")`
    }
  }
  const field = (one: GraphQLField<unknown, unknown>, depth: number, names: Names): string => {
    const type = getNamedType(one.type)
    const args = one.args[0] ? argumentsOf(one.args[0].name, type.name) : ''
    const meaning = one.name + args
    const wished =
      changing && depth === 0 && chance(70)
        ? `m${aliases++}`
        : chance(6)
          ? pick(TRICKY)
          : chance(20)
            ? `a${aliases++}`
            : one.name
    // One response key with two different meanings is no valid question.
    const key = (names.get(wished)?.meaning ?? meaning) === meaning ? wished : `a${aliases++}`
    const below: Names = names.get(key)?.below ?? new Map()
    names.set(key, { meaning, below })
    const alias = key === one.name ? '' : `${key}: `
    return `${alias}${one.name}${args}${condition()}${isCompositeType(type) ? ` ${set(type, depth + 1, below)}` : ''}`
  }
  const set = (type: GraphQLCompositeType, depth: number, names: Names): string => {
    const selections: string[] = []
    const all = isUnionType(type) ? [] : Object.values(type.getFields())
    const possible = all.filter(one => depth < deepest || !isCompositeType(getNamedType(one.type)))
    for (let index = 0; index < 1 + gen(fc.nat, { max: 4 }) && possible.length > 0; index++) {
      if (index > 0 && fields++ > MOST_FIELDS) break
      selections.push(field(pick(possible), depth, names))
    }
    if (isAbstractType(type))
      for (const one of schema.getPossibleTypes(type))
        if (depth < deepest && chance(60))
          selections.push(`... on ${one.name}${condition()} ${set(one, depth + 1, names)}`)
    if (!isUnionType(type) && depth < deepest && chance(changing && depth === 0 ? 60 : 10)) {
      const name = `F${fragments.length}`
      fragments.push('')
      fragments[Number(name.slice(1))] = `fragment ${name} on ${type.name} ${set(type, depth + 1, names)}`
      selections.push(`...${name}`, `...${name}${condition()}`)
    }
    if (selections.length === 0 || chance(15)) selections.push('__typename')
    return `{ ${selections.join(' ')} }`
  }
  const body = [set(root, 0, new Map()).slice(1), ...fragments].join('\n')
  const used = Object.entries(VARIABLES).filter(([name]) => new RegExp(`\\$${name}\\b`).test(body))
  const declared = ['$yes: Boolean!', '$no: Boolean = false', ...used.map(([name, { type }]) => `$${name}: ${type}`)]
  const variables: Record<string, unknown> = chance(50) ? { yes: true } : { yes: chance(50), no: chance(50) }
  for (const [name, { values }] of used) if (chance(60)) variables[name] = pick(values)
  const kind = changing ? 'mutation' : 'query'
  const query = `${kind} (${declared.join(', ')}) { used: __typename @include(if: $yes) @skip(if: $no) ${body}`
  return { query, variables }
}
