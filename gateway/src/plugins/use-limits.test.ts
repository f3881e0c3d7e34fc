import { type FragmentDefinitionNode, Kind, parse } from 'graphql'
import { DEFAULT_LIMITS, measure } from './use-limits.js'

const refusal = (query: string) => {
  try {
    measure(parse(query), DEFAULT_LIMITS)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

describe('a document is gone through once, however its fragments hang together', () => {
  const readOf = (query: string): number => {
    let read = 0
    const document = parse(query)
    const counted = (one: FragmentDefinitionNode): FragmentDefinitionNode =>
      Object.defineProperty({ ...one }, 'selectionSet', {
        get: () => {
          read++
          return one.selectionSet
        },
      })
    const definitions = document.definitions.map(one => (one.kind === Kind.FRAGMENT_DEFINITION ? counted(one) : one))
    measure({ ...document, definitions }, DEFAULT_LIMITS)
    return read
  }
  const spreads = (from: number, count: number, spread: (at: number) => string) =>
    Array.from({ length: count }, (_, at) => `fragment F${from + at} on Query { ${spread(from + at)} }`).join('\n')

  test('in a chain', () => {
    expect(readOf(`{ ...F0 } ${spreads(0, 900, at => `...F${at + 1}`)} fragment F900 on Query { a }`)).toBe(901)
  })

  test('in a circle', () => {
    expect(readOf(`{ ...F0 } ${spreads(0, 900, at => `...F${(at + 1) % 900}`)}`)).toBe(900)
  })

  test('by none', () => {
    expect(readOf(`{ a } ${spreads(0, 2000, () => 'a')}`)).toBe(2000)
  })

  test('and what there is of them counts wherever they are', () => {
    expect(refusal(`{ ...F0 ...F0 } ${spreads(0, 600, at => `...F${at + 1}`)} fragment F600 on Query { a }`)).toContain(
      'more than 1000 fields',
    )
    expect(refusal(`{ ...F0 } ${spreads(0, 3, at => `a${at} { ...F${at + 1} }`)} fragment F3 on Query { a }`)).toBe(
      undefined,
    )
    const deep = `fragment F10 on Query { ${'a { '.repeat(5)} a ${'}'.repeat(5)} }`
    expect(refusal(`{ ...F0 } ${spreads(0, 10, at => `a { ...F${at + 1} }`)} ${deep}`)).toContain('more than 15 levels')
    const aliases = (count: number) => Array.from({ length: count }, (_, at) => `a${at}: a`).join(' ')
    expect(refusal(`{ ...F0 ...F0 ...F0 } fragment F0 on Query { ${aliases(10)} }`)).toBeUndefined()
    expect(refusal(`{ ...F0 ...F0 ...F0 } fragment F0 on Query { ${aliases(11)} }`)).toContain('more than 30 aliases')
    expect(refusal(`{ a } fragment F0 on Query { ${aliases(31)} }`)).toContain('more than 30 aliases')
  })

  test('a chain that is longer than an operation may be is not followed to its end', () => {
    expect(refusal(`{ a } ${spreads(0, 50_000, at => `...F${at + 1}`)} fragment F50000 on Query { a }`)).toContain(
      'more than 1000 fields',
    )
  })
})

describe('values that are written out', () => {
  const lists = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
  const where = (levels: number) => `${'{and: ['.repeat(levels)}{a: 1}${']}'.repeat(levels)}`
  const objects = (levels: number) => `${'{a: '.repeat(levels)}1${'}'.repeat(levels)}`
  const fan = Array.from({ length: 6 }, (_, at) => `fragment F${at} on Query { ...F${at + 1} ...F${at + 1} }`).join(' ')

  test.each([
    ['conditions as people write them', `{ a(where: ${where(8)}) }`],
    ['a list of ten thousand', `{ a(ids: [${'1,'.repeat(10_000)}]) }`],
    ['objects in objects', `{ a(of: ${objects(90)}) }`],
    ['a variable, whatever it holds', 'query ($a: [Int]) { a(ids: [[[[$a]]]]) }'],
  ])('%s are allowed', (_, query) => {
    expect(refusal(query)).toBeUndefined()
  })

  test.each([
    ['lists in lists', `{ a(ids: ${lists(24)}) }`],
    ['in objects', `{ a(where: ${where(20)}) }`],
    ['in an argument of a directive', `{ a @include(if: ${lists(24)}) }`],
    ['of the operation', `query @a(of: ${lists(24)}) { a }`],
    ['of a fragment', `{ a } fragment F on Query @a(of: ${lists(24)}) { a }`],
    ['by default', `query ($a: [Int] = ${lists(24)}) { a }`],
    ['a little, many times over', `{ ...F0 } ${fan} fragment F6 on Query { a(where: ${where(11)}) }`],
  ])('not where lists double what it costs to plan them: %s', (_, query) => {
    expect(refusal(query)).toContain('too many values')
  })

  test.each([`{ a(of: ${objects(101)}) }`, `query ($a: A = ${objects(101)}) { a }`])(
    'nor more levels than can be walked through',
    query => {
      expect(refusal(query)).toContain('values of more than 100 levels')
    },
  )
})
