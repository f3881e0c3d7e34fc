import { type Answer, type Harbour, openHarbour } from './harbour.js'

/** What is asked for the first time is executed by graphql-js, what is asked again is compiled: no difference shows. */
let harbour: Harbour
beforeAll(async () => {
  harbour = await openHarbour()
})
afterAll(() => harbour?.close())

const CASES: [string, string, object?][] = [
  [
    'fields, aliases, fragments',
    '{ __typename a: harbour { ...f calls(first: 3) { nodes { ... on HarbourCall { x: callId fee } __typename } } } } fragment f on Harbour { ship(shipId: "S002") { name flag } }',
  ],
  ['own properties only', '{ harbour { __proto__: ship(shipId: "S001") { constructor: name toString: flag } } }'],
  [
    'skip and include',
    'query ($no: Boolean = false, $yes: Boolean!) { harbour { calls(first: 2) { nodes { callId @include(if: $no) fee @skip(if: $yes) berth @include(if: $yes) } } } }',
    { yes: true },
  ],
  [
    'variables in a where',
    'query ($where: HarbourCallsWhere, $first: Int = 2) { harbour { calls(where: $where, first: $first, orderBy: [{callId: DESC}]) { totalCount nodes { callId } } } }',
    { where: { or: [{ berth: { eq: 2 } }, { not: { shipId: { in: ['S001', 'S002'] } } }] } },
  ],
  [
    'a variable within a literal',
    'query ($berth: Int) { harbour { calls(where: {and: [{berth: {eq: $berth}}, {fee: {gt: "100.00"}}]}, first: 2) { nodes { callId fee } } } }',
    { berth: 3 },
  ],
  [
    'variables left out',
    'query ($first: Int, $after: String) { harbour { calls(first: $first, after: $after) { pageInfo { hasNextPage endCursor } } } }',
  ],
  [
    'a wrong variable',
    'query ($first: Int) { harbour { calls(first: $first) { nodes { callId } } } }',
    { first: 'two' },
  ],
  ['a missing variable', 'query ($id: Int!) { harbour { call(callId: $id) { callId } } }', {}],
  [
    'refused fields',
    '{ harbour { calls(first: 2) { nodes { callId remark fee } } ships(first: 1) { nodes { name } } } }',
  ],
  [
    'a refused question',
    '{ harbour { calls(first: 2, where: {remark: {eq: "x"}}) { nodes { callId } } ship(shipId: "S003") { name } } }',
  ],
  ['an error of input', '{ harbour { calls(first: 2, asOf: 77) { nodes { callId } } } }'],
  [
    'aggregates',
    '{ harbour { callsAggregate(groupBy: [BERTH, ARRIVED_AT_MONTH], first: 3, orderBy: [{sum: {fee: DESC}}]) { group { berth arrivedAtMonth } count sum { fee } avg { fee } min { arrivedAt } countDistinct { shipId } } } }',
  ],
  [
    'entities',
    'query ($r: [_Any!]!) { _entities(representations: $r) { __typename ... on Ship { shipId name calls(first: 1) { nodes { callId } } } ... on HarbourCall { callId remark } } }',
    {
      r: [
        { __typename: 'Ship', shipId: 'S004' },
        { __typename: 'HarbourCall', callId: '3' },
        { __typename: 'Ship', shipId: '?' },
      ],
    },
  ],
  [
    'entities that are missing, first, amid and last',
    'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Ship { shipId } ... on HarbourCall { callId } } }',
    { r: ['?', 'S004', '!', 'S005', '?', '.'].map(shipId => ({ __typename: 'Ship', shipId })) },
  ],
  [
    'discovery',
    '{ harbour { product { name domain owner { name } datasets { name fields { name readable requiredGrant } sample } quality { passed failed } publications { number current } } } }',
  ],
  [
    'introspection',
    '{ __schema { queryType { name } types { kind name fields { name type { name } } } } __type(name: "Ship") { name fields { name } } }',
  ],
  [
    'two operations',
    'query One { harbour { ship(shipId: "S001") { name } } } query Two { harbour { ship(shipId: "S002") { name } } }',
  ],
]

test.each(CASES)('%s', async (_, query, variables = {}) => {
  const clerk = await harbour.as('clerk')
  const plain = comparable(await harbour.ask(query, clerk, variables))
  const compiled = comparable(await harbour.ask(query, clerk, variables))
  const again = comparable(await harbour.ask(query, clerk, variables))
  expect(compiled).toEqual(plain)
  expect(again).toEqual(plain)
})

/** Places in the query are not told by compiled execution, and errors come in the order in which fields end. */
function comparable({ errors, ...rest }: Answer) {
  const told = errors?.map(error => JSON.stringify({ ...error, locations: undefined }, Object.keys(flat(error)).sort()))
  return { ...rest, errors: told?.sort() }
}

const flat = (error: object) => ({
  ...error,
  code: 0,
  policy: 0,
  locations: undefined,
  0: 0,
  1: 0,
  2: 0,
  3: 0,
  4: 0,
  5: 0,
})
