import { SubgraphErrors, SubgraphFault } from './fetch-errors.js'
import type { Path } from './place.js'

const at =
  (...places: Path[]) =>
  () => ({ places })
const toldOf = (...said: unknown[]) => {
  const errors = new SubgraphErrors()
  errors.said('people', said, at(['here']))
  return errors.all().map(({ message, extensions }) => ({ message, extensions }))
}

describe('what a subgraph may say of an error', () => {
  test('is its own words, but neither a status or headers of the answer nor another name than its own', () => {
    const http = { status: 418, headers: { 'set-cookie': 'a=b' } }
    expect(toldOf({ message: 'no', extensions: { code: 'X', http, more: [1], serviceName: 'others' } })).toEqual([
      { message: 'no', extensions: { code: 'X', more: [1], serviceName: 'people' } },
    ])
  })

  test('without a code, a text or any shape it is an error all the same', () => {
    const nameless = {
      message: 'The subgraph "people" reports an error.',
      extensions: { code: 'DOWNSTREAM_SERVICE_ERROR', serviceName: 'people' },
    }
    expect(toldOf(null, 7, [], {}, { message: '' }, { message: {}, extensions: [1] })).toEqual(Array(6).fill(nameless))
  })

  test('is as long as it may be, and then its code alone', () => {
    const [long] = toldOf({ message: 'm'.repeat(2_000), extensions: { code: 'X', long: 'x'.repeat(7_900) } })
    expect([long!.message.length, Object.keys(long!.extensions)]).toEqual([2_000, ['code', 'long', 'serviceName']])
    const [longer] = toldOf({ message: 'm'.repeat(2_001), extensions: { code: 'X', long: 'x'.repeat(8_000) } })
    expect(longer).toEqual({ message: `${'m'.repeat(2_000)}…`, extensions: { code: 'X', serviceName: 'people' } })
    const [coded] = toldOf({ message: 'no', extensions: { code: 'X'.repeat(101), long: 'x'.repeat(8_000) } })
    expect(coded!.extensions.code).toBe('DOWNSTREAM_SERVICE_ERROR')
  })
})

test.each<[string, unknown, Path | undefined]>([
  ['names and indices', ['people', 0, 'name'], ['people', 0, 'name']],
  ['nothing', [], undefined],
  ['no list', 'people', undefined],
  ['an index below none', ['people', -1], undefined],
  ['half an index', ['people', 0.5], undefined],
  ['an index that no list has', ['people', 2 ** 53], undefined],
  ['anything else', ['people', null], undefined],
  ['as many steps as there may be', Array(200).fill('a'), Array(200).fill('a')],
  ['more', Array(201).fill('a'), undefined],
])('an error is where its path says, if that is one: of %s', (_, path, expected) => {
  const errors = new SubgraphErrors()
  const asked: unknown[] = []
  errors.said('people', [{ message: 'no', path }], place => {
    asked.push(place)
    return { places: [['here']] }
  })
  expect(asked).toEqual([expected])
})

describe('of very many errors', () => {
  const many = (count: number) => Array.from({ length: count }, () => ({ message: 'no' }))
  const codes = (errors: SubgraphErrors) => errors.all().map(({ extensions }) => extensions.code)

  test('a thousand are told, and nothing is left out', () => {
    const errors = new SubgraphErrors()
    errors.said('people', many(1_000), at(['here']))
    expect(codes(errors)).toEqual(Array(1_000).fill('DOWNSTREAM_SERVICE_ERROR'))
  })

  test('and how many there are beyond, of all answers together', () => {
    const errors = new SubgraphErrors()
    errors.said('people', many(600), at(['here']))
    errors.said('people', many(1_500), at(['there']))
    const told = errors.all()
    expect(told).toHaveLength(1_001)
    expect(told.at(-1)!.extensions).toEqual({
      ...{ code: 'SUBGRAPH_ERRORS_LEFT_OUT', count: 1_100 },
      ...{ subgraph: 'people', serviceName: 'people' },
    })
  })

  test('the first of each subgraph is told in any case', () => {
    const errors = new SubgraphErrors()
    errors.said('people', many(1_000), at(['a']))
    for (const at_ of [1, 2]) errors.said('books', many(1), at([at_]))
    const told = errors.all().slice(1_000)
    expect(told.map(({ path, extensions }) => [path, extensions.serviceName, extensions.count])).toEqual([
      [[1], 'books', undefined],
      [undefined, 'books', 1],
    ])
  })

  test('those that stand nowhere are not counted as left out', () => {
    const errors = new SubgraphErrors()
    expect(errors.said('people', many(3), at())).toBe(true)
    expect(errors.all()).toEqual([])
  })
})

test('what broke is for the log, what does not fit is told', () => {
  const errors = new SubgraphErrors()
  errors.lost('people', new Error('connect ECONNREFUSED 10.0.0.1:4001'), at(['a']))
  errors.lost('people', new SubgraphFault('it is no GraphQL answer'), at(['b']))
  expect(errors.all().map(({ message, extensions }) => [message, extensions.code])).toEqual([
    ['The subgraph "people" did not answer.', 'SUBGRAPH_UNREACHABLE'],
    [
      'The answer of the subgraph "people" does not fit the question: it is no GraphQL answer.',
      'SUBGRAPH_ANSWER_INVALID',
    ],
  ])
})

test('no errors are none, and what is no list of them is no answer', () => {
  const errors = new SubgraphErrors()
  for (const none of [undefined, null, []]) expect(errors.said('people', none, at(['a']))).toBe(false)
  expect(() => errors.said('people', { message: 'no' }, at(['a']))).toThrow(SubgraphFault)
  expect(errors.all()).toEqual([])
})
