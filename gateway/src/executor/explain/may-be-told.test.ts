import type { Caller, ProductDecision } from '@terrane/schema'
import { buildSchema, OperationTypeNode } from 'graphql'
import type { FetchDescription, PlanDescription, StepDescription } from '../plan/described/description.js'
import { mayBeTold } from './may-be-told.js'

const schema = buildSchema(`type Query { things(first: Int): [Thing]  books: [Book] } interface Thing { id: ID }
  type Book implements Thing { id: ID  title: String  author: Author } type Author { id: ID }`)

const caller = (more: Partial<Caller> = {}): Caller => ({
  ...{ subject: 'user:ann', authenticated: true, roles: [], scopes: [], ...more },
})
const decision = (product: string, ...actions: ProductDecision['actions']): [string, ProductDecision] => [
  product,
  { product, policyVersion: '1', discover: true, actions, datasets: {}, fingerprint: 'f' },
]
const fetch = (subgraph: string, operation: string, requires?: string): FetchDescription => ({
  ...{ kind: 'fetch', id: '1', subgraph, at: [], operation, variables: [] },
  ...(requires === undefined ? {} : { requires }),
})
const entities = (selection: string) =>
  `query ($representations: [_Any!]!) { _entities(representations: $representations) { ${selection} } }`
const planOf = (...steps: StepDescription[]): PlanDescription => ({
  ...{ operation: { type: OperationTypeNode.QUERY }, plan: { kind: 'sequence', steps }, fields: [] },
})
const told = (plan: PlanDescription, who = caller(), own: string[] = []) =>
  mayBeTold(plan, {
    ...{ caller: who, schema, own: new Set(own) },
    decisions: new Map([decision('seen', 'observe'), decision('run', 'control'), decision('closed')]),
  })

const BOOKS = '{ books { title } }'
const ENTITIES = fetch('seen', entities('... on Book { title }'), '... on Book { __typename id }')

test('to who may observe each product that is asked, and to nobody who may not observe one of them', () => {
  expect(told(planOf(fetch('seen', BOOKS), fetch('seen', BOOKS)))).toBe(true)
  for (const other of ['closed', 'run', 'foreign', 'constructor'])
    for (const plan of [
      planOf(fetch('seen', BOOKS), fetch(other, BOOKS)),
      planOf({ kind: 'condition', variable: 'v', whenFalse: fetch(other, BOOKS) }),
      planOf({ ...ENTITIES, parts: { when: 'incomplete', fetches: [{ ...ENTITIES, subgraph: other }] } }),
    ])
      expect(told(plan)).toBe(false)
})

test('to the role admin of any subgraph, unless nobody has signed in', () => {
  const plan = planOf(fetch('closed', BOOKS), fetch('foreign', BOOKS))
  expect(told(plan, caller({ roles: ['admin'] }))).toBe(true)
  expect(told(plan, caller({ roles: ['admin'], authenticated: false }))).toBe(false)
  expect(told(plan, caller({ roles: ['administrator'], scopes: ['admin'] }))).toBe(false)
})

test('what the gateway itself is asked is nobody’s to observe, and hidden no less', () => {
  expect(told(planOf(fetch('mesh', BOOKS)), caller(), ['mesh'])).toBe(true)
  expect(told(planOf(fetch('mesh', '{ secrets }')), caller(), ['mesh'])).toBe(false)
})

test('where nothing is fetched there is nothing to hide', () => {
  expect(told({ operation: { type: OperationTypeNode.QUERY }, fields: [] }, caller({ authenticated: false }))).toBe(
    true,
  )
})

describe('to nobody, not even to who may observe all, where it would name what he may not know of', () => {
  const admin = caller({ roles: ['admin'] })

  test.each([
    ['a field', '{ books { title secret } }'],
    ['a root field', '{ secrets { id } }'],
    ['a type', '{ things { ... on Secret { id } } }'],
    ['an argument', '{ things(secret: 1) { id } }'],
  ])('%s', (_, operation) => {
    expect(told(planOf(fetch('seen', operation)), admin)).toBe(false)
  })

  test.each([
    ['a field of an entity', '... on Book { title secret }', '... on Book { __typename id }'],
    ['below it', '... on Book { author { secret } }', '... on Book { __typename id }'],
    ['a type of entities', '... on Secret { id }', '... on Book { __typename id }'],
    ['one of several', '... on Book { title } ... on Secret { id }', '... on Book { __typename id }'],
    ['a key', '... on Book { title }', '... on Book { __typename secret }'],
    ['what is required', '... on Book { title }', '... on Book { __typename id author { secret } }'],
    ['the type of a key', '... on Book { title }', '... on Book { id } ... on Secret { id }'],
    ['what stands in no type at all', '... on Book { title }', '__typename secret'],
  ])('%s', (_, selection, requires) => {
    expect(told(planOf(ENTITIES), admin)).toBe(true)
    expect(told(planOf(fetch('seen', entities(selection), requires)), admin)).toBe(false)
  })
})
