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
  variables: Record<string, boolean>
}

const DEEPEST = 5

/** Aliases, arguments, fragments named and inline, `@skip` and `@include`, the same field twice. */
export function generateQuestion(schema: GraphQLSchema, gen: GeneratorValue): GeneratedQuestion {
  const chance = (percent: number) => gen(fc.nat, { max: 99 }) < percent
  const pick = <Item>(items: readonly Item[]): Item => items[gen(fc.nat, { max: items.length - 1 })]!
  const fragments: string[] = []
  let aliases = 0

  const condition = () => (chance(12) ? ` @${pick(['skip', 'include'])}(if: $${pick(['yes', 'no'])})` : '')
  const field = (one: GraphQLField<unknown, unknown>, depth: number): string => {
    const type = getNamedType(one.type)
    const args =
      one.name === 'price'
        ? pick(['', '(currency: "USD")', '(currency: "EUR")'])
        : one.args.length > 0
          ? `(id: "${type.name}-${gen(fc.nat, { max: 3 })}")`
          : ''
    // One response key with two different arguments is no valid question.
    const alias = args !== '' || chance(20) ? `a${aliases++}: ` : ''
    return `${alias}${one.name}${args}${condition()}${isCompositeType(type) ? ` ${set(type, depth + 1)}` : ''}`
  }
  const set = (type: GraphQLCompositeType, depth: number): string => {
    const selections: string[] = []
    const fields = isUnionType(type) ? [] : Object.values(type.getFields())
    const possible = fields.filter(one => depth < DEEPEST || !isCompositeType(getNamedType(one.type)))
    for (let index = 0; index < 1 + gen(fc.nat, { max: 4 }) && possible.length > 0; index++)
      selections.push(field(pick(possible), depth))
    if (isAbstractType(type))
      for (const one of schema.getPossibleTypes(type))
        if (depth < DEEPEST && chance(60)) selections.push(`... on ${one.name}${condition()} ${set(one, depth + 1)}`)
    if (!isUnionType(type) && depth < DEEPEST && chance(10)) {
      const name = `F${fragments.length}`
      fragments.push('')
      fragments[Number(name.slice(1))] = `fragment ${name} on ${type.name} ${set(type, depth + 1)}`
      selections.push(`...${name}`, `...${name}${condition()}`)
    }
    if (selections.length === 0 || chance(15)) selections.push('__typename')
    return `{ ${selections.join(' ')} }`
  }
  const root = schema.getQueryType()!
  const query = [
    'query ($yes: Boolean!, $no: Boolean = false) { used: __typename @include(if: $yes) @skip(if: $no) ',
    set(root, 0).slice(1),
    ...fragments,
  ].join('\n')
  return { query, variables: chance(50) ? { yes: true } : { yes: chance(50), no: chance(50) } }
}
