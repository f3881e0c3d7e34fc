import type { Caller } from '@terrane/schema'
import { buildSchema, parse, print } from 'graphql'
import type { Decided } from '../authorisation/decision-point.js'
import type { Requirement } from '../authorisation/required-rights.js'
import type { OperationRequest } from './executor.js'
import { PlanMemory } from './plan/plan-memory.js'
import { hashOf, PreparedOperations } from './prepared.js'

const apiSchema = buildSchema(`type Query { open: Int  mine: Int  scoped: Int  granted: Int }`)
const DEMANDS: Record<string, Requirement> = {
  mine: { kind: 'authenticated' },
  scoped: { kind: 'scopes', anyOf: [['s']] },
  granted: { kind: 'policies', anyOf: [['vip']] },
}
const rights = { of: (_: string, field: string) => (DEMANDS[field] ? [DEMANDS[field]] : []) }
const operations = (name = '1') =>
  new PreparedOperations({ apiSchema, rights, memory: new PlanMemory() }, { vip: ['gold'] }, name)

const caller = (more: Partial<Caller> = {}): Caller => ({
  ...{ subject: 'user:ann', authenticated: true, roles: ['gold'], scopes: ['s'] },
  ...more,
})
const decided = (fingerprint: string): Decided => ({
  ...{ decisions: new Map(), policies: new Map(), unreachable: new Set(), fingerprint },
})
const asking = (query: string, operationName?: string) =>
  ({
    request: { query, ...(operationName === undefined ? {} : { operationName }) },
    ...{ document: parse(query), queryHash: hashOf(query), context: {} },
  }) as unknown as OperationRequest

const ALL = '{ open mine scoped granted }'
const leftOf = (prepared: ReturnType<PreparedOperations['of']>) =>
  'errors' in prepared
    ? prepared.errors.map(({ message }) => message)
    : print(prepared.filtered.document).replace(/\s+/g, ' ').trim()

test('what was made ready for one caller is nobody’s who has less, whatever of his differs', () => {
  const memory = operations()
  const left = (who: Caller) => leftOf(memory.of(asking(ALL), apiSchema, who, decided('d')))
  for (let time = 0; time < 2; time++) {
    expect(left(caller())).toBe('{ open mine scoped granted }')
    expect(left(caller({ authenticated: false }))).toBe('{ open scoped granted }')
    expect(left(caller({ scopes: ['t'] }))).toBe('{ open mine granted }')
    expect(left(caller({ roles: ['silver'] }))).toBe('{ open mine scoped }')
    expect(left(caller({ roles: ['s'], scopes: ['gold'] }))).toBe('{ open mine }')
  }
})

test('it is told apart by question, operation, decision and supergraph, and is one for all who have the same', () => {
  const one = operations()
  const keyOf = (
    {
      query = 'query A { open } query B { mine }',
      name = 'A' as string | undefined,
      fingerprint = 'd',
      who = caller(),
    },
    of = one,
  ) => {
    const prepared = of.of(asking(query, name), apiSchema, who, decided(fingerprint))
    return 'errors' in prepared ? String(prepared.errors) : prepared.key
  }
  const keys = [
    keyOf({}),
    keyOf({ name: 'B' }),
    keyOf({ query: 'query A { open } query B { open }' }),
    keyOf({ fingerprint: 'e' }),
    keyOf({ who: caller({ roles: [] }) }),
    keyOf({}, operations('2')),
  ]
  expect(new Set(keys).size).toBe(keys.length)
  expect(keyOf({ who: caller({ subject: 'user:bob' }) })).toBe(keys[0])
})

test('a document of several operations is refused to who names none, whoever named one before', () => {
  const memory = operations()
  const left = (name?: string) =>
    leftOf(memory.of(asking('query A { open } query B { mine }', name), apiSchema, caller(), decided('d')))
  expect(left('A')).toContain('open')
  expect(left()).toEqual(['Must provide operation name if query contains multiple operations.'])
  expect(left('')).toEqual(['Unknown operation named "".'])
  expect(left()).toEqual(['Must provide operation name if query contains multiple operations.'])
})

test('a question is held against the caller’s own schema, and against that of another caller never again', () => {
  const memory = operations()
  const less = buildSchema('type Query { open: Int }')
  const about = (schema: typeof less, fingerprint: string) =>
    leftOf(memory.of(asking('{ open mine }'), schema, caller(), decided(fingerprint)))
  expect(about(apiSchema, 'more')).toBe('{ open mine }')
  expect(about(less, 'less')).toEqual([expect.stringContaining('Cannot query field "mine"')])
  expect(about(apiSchema, 'more')).toBe('{ open mine }')
})

test('the whole question is projected as it was asked, what was taken out of it null though it were there', () => {
  const memory = operations()
  const prepared = memory.of(asking(ALL), apiSchema, caller({ authenticated: false, scopes: [] }), decided('d'))
  if ('errors' in prepared) throw new Error(String(prepared.errors))
  expect(prepared.queryHash).toBe(hashOf(prepared.source!))
  const losses = { enter: () => 0, at: () => undefined, leave: () => undefined }
  const projection = prepared.projections!.of({}, false)
  expect(projection({ open: 1, mine: 2, scoped: 3, granted: 4 }, losses as never)).toBe(
    '{"open":1,"mine":null,"scoped":null,"granted":4}',
  )
})
