import { MapperKind, mapSchema, pruneSchema } from '@graphql-tools/utils'
import * as fc from 'fast-check'
import { buildSchema, type GraphQLSchema, isEnumType, isUnionType, lexicographicSortSchema, printSchema } from 'graphql'
import { restrictSchema } from '../restrict-schema.js'

/** The same in the plain words of graphql-tools, at five to ten times the price. */
function reference(whole: GraphQLSchema, hidden: ReadonlySet<string>): GraphQLSchema {
  const mapped = mapSchema(whole, {
    [MapperKind.TYPE]: type => (hidden.has(type.name) ? null : type),
    [MapperKind.FIELD]: (field, fieldName, typeName) => {
      const place = `${typeName}.${fieldName}`
      if (hidden.has(place)) return null
      if (!('args' in field)) return field
      const args = Object.entries(field.args ?? {}).filter(([name]) => !hidden.has(`${place}(${name}:)`))
      return { ...field, args: Object.fromEntries(args) }
    },
    [MapperKind.ENUM_VALUE]: (value, typeName, _, name) => (hidden.has(`${typeName}.${name}`) ? null : value),
  })
  return pruneSchema(mapped)
}

const TYPES = ['O0', 'O1', 'O2', 'O3', 'F0', 'F1', 'U0', 'E0', 'Int', 'Date'] as const
const GIVEN = ['In0', 'In1', 'E0', 'Int', 'Date'] as const

interface Drawn {
  sdl: string
  places: string[]
}

const drawn: fc.Arbitrary<Drawn> = fc.gen().map(gen => {
  const pick = <Item>(items: readonly Item[]): Item => items[gen(fc.nat, { max: items.length - 1 })]!
  const some = (most: number) => Array.from({ length: 1 + gen(fc.nat, { max: most - 1 }) }, (_, at) => at)
  const places: string[] = []
  const wrapped = (type: string) => pick([type, `${type}!`, `[${type}!]`])
  const fields = (of: string, common: readonly string[] = []) => {
    const own = some(3).map(at => {
      const place = `${of}.${of.toLowerCase()}${at}`
      places.push(place)
      const args = gen(fc.nat, { max: 2 }) === 0 ? `(x: ${pick(GIVEN)})` : ''
      if (args) places.push(`${place}(x:)`)
      return `${of.toLowerCase()}${at}${args}: ${wrapped(pick(TYPES))}`
    })
    return `{ ${[...common, ...own].join(' ')} }`
  }
  const face = (name: string) => {
    places.push(name, `${name}.shared${name}`)
    return `interface ${name} { shared${name}: Int }`
  }
  const object = (name: string) => {
    places.push(name)
    const implemented = ['F0', 'F1'].filter(() => gen(fc.boolean))
    const common = implemented.map(one => `shared${one}: Int`)
    for (const one of implemented) places.push(`${name}.shared${one}`)
    return `type ${name} ${implemented.length > 0 ? `implements ${implemented.join(' & ')}` : ''} ${fields(name, common)}`
  }
  const input = (name: string) => {
    places.push(name)
    const members = some(2).map(at => {
      places.push(`${name}.i${at}`)
      return `i${at}: ${pick(GIVEN)}`
    })
    return `input ${name} { ${members.join(' ')} }`
  }
  places.push('U0', 'E0', 'E0.A', 'E0.B', 'Date')
  const sdl = [
    `type Query ${fields('Query')}`,
    ...(gen(fc.boolean) ? [`type Mutation ${fields('Mutation')}`] : []),
    ...['O0', 'O1', 'O2', 'O3'].map(object),
    face('F0'),
    face('F1'),
    'union U0 = O0 | O1',
    'enum E0 { A B }',
    'scalar Date',
    input('In0'),
    input('In1'),
  ].join('\n')
  return { sdl, places }
})

const hasEmpty = (schema: GraphQLSchema) =>
  Object.values(schema.getTypeMap()).some(
    type => (isUnionType(type) && type.getTypes().length === 0) || (isEnumType(type) && type.getValues().length === 0),
  )

it('leaves what graphql-tools leaves, whatever is hidden', () => {
  let compared = 0
  fc.assert(
    fc.property(drawn, fc.array(fc.nat(), { maxLength: 8 }), ({ sdl, places }, hide) => {
      const whole = buildSchema(sdl)
      const hidden = new Set(hide.map(at => places[at % places.length]!))
      const expected = reference(whole, hidden)
      // There a union or an enumeration without members stays, which no question can ask for anything.
      if (hasEmpty(expected)) return
      compared++
      const left = restrictSchema(whole, { hidden, silences: () => false })
      expect(printSchema(lexicographicSortSchema(left))).toBe(printSchema(lexicographicSortSchema(expected)))
    }),
    { numRuns: 300 },
  )
  expect(compared).toBeGreaterThan(200)
})

it('goes without a union or an enumeration that has lost all, and without those who name it', () => {
  const whole = buildSchema(`type Query { a: Int  u: U  e: E  by(e: E): Int }
    type T { x: Int } union U = T  enum E { A }`)
  const left = restrictSchema(whole, { hidden: new Set(['T', 'E.A']), silences: () => false })
  expect(printSchema(left)).toBe('type Query {\n  a: Int\n  by: Int\n}')
})

it('shares with the whole what nothing hidden can be reached from', () => {
  const whole = buildSchema(`type Query { one: One  other: Other }
    type One { hidden: Int  shown: Int  other: Other }  type Other { n: Int  more: More } type More { n: Int }`)
  const left = restrictSchema(whole, { hidden: new Set(['One.hidden']), silences: () => false })
  const same = ['Query', 'One', 'Other', 'More'].filter(name => left.getType(name) === whole.getType(name))
  expect(same).toEqual(['Other', 'More'])
  expect(whole.getType('One')).toMatchObject({ name: 'One' })
  expect(printSchema(whole)).toContain('hidden: Int')
})
