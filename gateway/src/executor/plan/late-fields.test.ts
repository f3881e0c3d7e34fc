import type { FetchNode, PlanNode } from '@apollo/query-planner'
import { buildASTSchema, parse, print } from 'graphql'
import { type PlanPart, withFieldsLate } from './late-fields.js'
import { Requirements } from './requirements.js'

/** `total` and `told` are computed of what subgraph `b` has; `b` is asked for an Item by its code only. */
const SUPERGRAPH = parse(`
  directive @join__type(graph: join__Graph!, key: String, resolvable: Boolean, isInterfaceObject: Boolean) repeatable on OBJECT | INTERFACE
  directive @join__field(graph: join__Graph, requires: String, external: Boolean) repeatable on FIELD_DEFINITION
  directive @join__graph(name: String!, url: String!) on ENUM_VALUE
  enum join__Graph { A @join__graph(name: "a", url: "") B @join__graph(name: "b", url: "") }
  type Query { items: [Item]  box: Box }
  type Box { item: Item }
  interface Thing @join__type(graph: B, key: "id", isInterfaceObject: true) {
    id: ID!
    told: Int @join__field(graph: B, requires: "label")
    label: Int @join__field(graph: B, external: true)
  }
  type Item implements Thing
    @join__type(graph: B, key: "no", resolvable: false)
    @join__type(graph: B, key: "code { of }") {
    id: ID!
    no: ID!
    code: Code
    price: Int @join__field(graph: A) @join__field(graph: B, external: true)
    total(of: Int): Int @join__field(graph: B, requires: "price")
    label: Int
    told: Int
  }
  type Code { of: Int }`)
const schema = buildASTSchema(SUPERGRAPH)
const requirements = new Requirements(SUPERGRAPH)

const fetch = (operation: string, more: Partial<FetchNode> = {}): FetchNode => ({
  kind: 'Fetch',
  serviceName: 'b',
  operation,
  operationKind: 'query' as FetchNode['operationKind'],
  operationName: undefined,
  ...more,
})
const required = (typeCondition: string, ...names: string[]) => ({
  kind: 'InlineFragment' as const,
  typeCondition,
  selections: names.map(name => ({ kind: 'Field' as const, name })),
})
const plain = (text: string) => print(parse(text)).replace(/\s+/g, ' ').trim()

/** The fetch as it is left, and each that is late: where it is for, and its node. */
function late(plan: PlanNode) {
  const [{ node, late }] = withFieldsLate(plan, requirements, schema) as [PlanPart]
  const apart = late.map(one => {
    if (one.kind !== 'Flatten' || one.node.kind !== 'Fetch') throw new TypeError(`A late fetch is no ${one.kind}`)
    return { ...one.node, path: one.path, operation: plain(one.node.operation) }
  })
  return { left: node.kind === 'Fetch' ? plain(node.operation) : node, apart }
}

test('in its place stands the key by which its subgraph can be asked; it is asked for with its conditions', () => {
  const { left, apart } = late(
    fetch(
      'query ($on: Boolean!, $not: Boolean!, $n: Int) { items @include(if: $on) { no ... @skip(if: $not) { x: total(of: $n) } } }',
      { variableUsages: ['on', 'not', 'n'] },
    ),
  )
  expect(left).toBe(
    plain(
      'query ($on: Boolean!, $not: Boolean!) { items @include(if: $on) { no ... @skip(if: $not) { __typename code { of } } } }',
    ),
  )
  expect(apart).toHaveLength(1)
  expect(apart[0]).toMatchObject({
    path: ['items', '@'],
    operation: plain(`query ($representations: [_Any!]!, $on: Boolean!, $not: Boolean!, $n: Int) {
      _entities(representations: $representations) {
        ... on Item { ... @include(if: $on) { ... @skip(if: $not) { x: total(of: $n) } } } } }`),
    requires: [
      {
        typeCondition: 'Item',
        selections: [{ name: '__typename' }, { name: 'code', selections: [{ kind: 'Field', name: 'of' }] }],
      },
      { typeCondition: 'Item', selections: [{ name: 'price' }] },
    ],
  })
  expect(apart[0]!.variableUsages).toEqual(['on', 'not', 'n'])
  expect(apart[0]).not.toHaveProperty('inputRewrites')
})

test('what a fetch is told of an entity holds for that, also in fragments of fragments, and for nothing below it', () => {
  const told = { requires: [{ ...required('Item'), selections: [required('Item', '__typename', 'no', 'price')] }] }
  const entities = (selection: string) =>
    `query ($representations: [_Any!]!) { _entities(representations: $representations) { ${selection} } }`
  expect(late(fetch(entities('... on Item { total }'), told)).apart).toEqual([])
  // An interface object is told of by the names of its types, and asked for by its own.
  expect(late(fetch(entities('... on Thing { told }'), { requires: [required('Item', 'label')] })).apart).toEqual([])
  expect(late(fetch(entities('... on Thing { told }'), { requires: [required('Thing', 'id')] })).apart).toMatchObject([
    { path: [], inputRewrites: [{ kind: 'ValueSetter', path: ['... on Thing', '__typename'], setValueTo: 'Thing' }] },
  ])
  expect(late(fetch(entities('... on Box { item { total } }'), told)).apart).toMatchObject([{ path: ['item'] }])
  expect(late(fetch(entities('... on Item { total }'), { requires: [required('Box', 'price')] })).apart).toHaveLength(1)
})

test('an object that the plan calls otherwise is found where its rewrites put it, and rewrites below it are kept', () => {
  const { apart } = late(
    fetch('{ box { item__alias_0: item { total__alias_1: total } } }', {
      outputRewrites: [
        { kind: 'KeyRenamer', path: ['box', '... on Box', 'item__alias_0'], renameKeyTo: 'item' },
        { kind: 'KeyRenamer', path: ['box', 'item__alias_0', '... on Item', 'total__alias_1'], renameKeyTo: 'total' },
        { kind: 'KeyRenamer', path: ['other', 'x'], renameKeyTo: 'y' },
      ],
    }),
  )
  expect(apart).toMatchObject([
    {
      path: ['box', 'item'],
      outputRewrites: [{ kind: 'KeyRenamer', path: ['... on Item', 'total__alias_1'], renameKeyTo: 'total' }],
    },
  ])
})
