import fc from 'fast-check'
import {
  buildSchema,
  type DocumentNode,
  defaultFieldResolver,
  executeSync,
  type FieldNode,
  type GraphQLFieldResolver,
  getOperationAST,
  Kind,
  parse,
  print,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import { Losses } from '../executor/plan/losses.js'
import { PlanMemory } from '../executor/plan/plan-memory.js'
import { Projections } from '../executor/plan/projections.js'
import { deniedError } from './denied-places.js'
import { filterOperation } from './filter-operation.js'

const schema = buildSchema(`
  type Query { a: Int  secret: Int  must: Int!  box: Box!  boxes: [Box!]  grid: [[Box]!]  things: [Thing!]!  found: [Found] }
  type Box { a: Int  secret: Int  must: Int!  box: Box  things: [Thing]  deep: Box! }
  interface Thing { a: Int  price: Int  box: Box }
  type Book implements Thing { a: Int  price: Int  box: Box  secret: Int }
  type Map implements Thing { a: Int  price: Int  box: Box  must: Int! }
  union Found = Book | Box`)

const DENIED = new Set([
  'Query.secret',
  'Box.secret',
  'Box.must',
  'Thing.price',
  'Map.price',
  'Book.secret',
  'Map.must',
])
const denial = (typeName: string, fieldName: string) => (DENIED.has(`${typeName}.${fieldName}`) ? 'a grant' : undefined)

const box = (depth: number): object => ({
  __typename: 'Box',
  a: 1,
  secret: 2,
  must: 3,
  ...(depth > 0 ? { box: box(depth - 1), deep: box(depth - 1) } : { box: null, deep: { a: 1, must: 1 } }),
  things: depth > 0 ? things(depth - 1) : null,
})
const things = (depth: number) => [
  { __typename: 'Book', a: 4, price: 5, secret: 6, box: depth > 0 ? box(depth - 1) : null },
  { __typename: 'Map', a: 7, price: 8, must: 9, box: null },
]
const rootValue = {
  a: 1,
  secret: 2,
  must: 3,
  box: box(3),
  boxes: [box(1), box(0)],
  grid: [[box(0), null], []],
  things: things(2),
  found: [things(1)[0], box(1), null],
}

/** What is under a type, by the kind of what it returns. */
const LEAVES: Record<string, string[]> = {
  Query: ['a', 'secret', 'must', '__typename'],
  Box: ['a', 'secret', 'must', '__typename'],
  Thing: ['a', 'price', '__typename'],
  Book: ['a', 'price', 'secret', '__typename'],
  Map: ['a', 'price', 'must', '__typename'],
  Found: ['__typename'],
}
const BRANCHES: Record<string, [string, string][]> = {
  Query: [
    ['box', 'Box'],
    ['boxes', 'Box'],
    ['grid', 'Box'],
    ['things', 'Thing'],
    ['found', 'Found'],
  ],
  Box: [
    ['box', 'Box'],
    ['things', 'Thing'],
    ['deep', 'Box'],
  ],
  Thing: [['box', 'Box']],
  Book: [['box', 'Box']],
  Map: [['box', 'Box']],
  Found: [],
}
const CONDITIONS: Record<string, string[]> = {
  Query: ['Query'],
  Box: ['Box'],
  Thing: ['Thing', 'Book', 'Map'],
  Book: ['Book', 'Thing'],
  Map: ['Map', 'Thing'],
  Found: ['Book', 'Box', 'Thing'],
}
const directive = fc.constantFrom(
  '',
  '',
  ' @include(if: $yes)',
  ' @skip(if: $yes)',
  ' @include(if: true)',
  ' @skip(if: $no)',
)
const alias = fc.constantFrom('', '', '', 'k: ', 'x: ')

function selection(type: string, depth: number): fc.Arbitrary<string> {
  const leaf = fc
    .tuple(alias, fc.constantFrom(...LEAVES[type]!), directive)
    .map(([key, name, condition]) => `${key}${name}${condition}`)
  if (depth === 0) return leaf
  const branches = BRANCHES[type]!.map(([name, returned]) =>
    fc.tuple(alias, directive, selections(returned, depth - 1)).map(([key, c, set]) => `${key}${name}${c} ${set}`),
  )
  const fragments = CONDITIONS[type]!.map(on =>
    fc.tuple(directive, selections(on, depth - 1)).map(([c, set]) => `... on ${on}${c} ${set}`),
  )
  return fc.oneof(leaf, ...branches, ...fragments)
}
function selections(type: string, depth: number): fc.Arbitrary<string> {
  return fc.array(selection(type, depth), { minLength: 1, maxLength: 4 }).map(all => `{ ${all.join(' ')} }`)
}

const variables = { yes: true, no: false }

/** By other means: the whole question run by graphql-js, a place null where all that asked for it was denied. */
function reference(source: string) {
  const document = parse(source)
  const deniedNodes = new Set<FieldNode>()
  const info = new TypeInfo(schema)
  visit(
    document,
    visitWithTypeInfo(info, {
      Field(node) {
        if (denial(info.getParentType()!.name, node.name.value)) deniedNodes.add(node)
      },
    }),
  )
  const fieldResolver: GraphQLFieldResolver<unknown, unknown> = (parent, args, context, about) =>
    about.fieldNodes.every(node => deniedNodes.has(node)) ? null : defaultFieldResolver(parent, args, context, about)
  return executeSync({ schema, document, rootValue, variableValues: variables, fieldResolver }).data
}

function filtered(source: string) {
  const document = parse(source)
  const operation = getOperationAST(document)!
  const filter = filterOperation(schema, document, operation, denial)
  expect(validate(schema, filter.document)).toEqual([])
  const info = new TypeInfo(schema)
  visit(
    filter.document,
    visitWithTypeInfo(info, {
      Field(node) {
        expect(denial(info.getParentType()!.name, node.name.value)).toBeUndefined()
      },
    }),
  )
  const planned = executeSync({
    schema,
    document: withTypeNames(filter.document),
    rootValue,
    variableValues: variables,
  })
  const projections = new Projections(
    schema,
    document,
    operation,
    new PlanMemory().of('projections'),
    (...field) => denial(...field) !== undefined,
  )
  const losses = new Losses()
  const text = projections.of(variables, false)({ ...planned.data }, losses)
  const errors = filter
    .deniedPlaces(variables)
    .map(place => deniedError(place, JSON.parse(text)))
    .filter(({ path }) => path?.length)
  return { filter, text, unexplained: losses.unexplained({}, errors, new Set()) }
}

/** As the planner asks subgraphs. */
function withTypeNames(document: DocumentNode): DocumentNode {
  const typeName: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } }
  return visit(document, { SelectionSet: set => ({ ...set, selections: [...set.selections, typeName] }) })
}

test('any question is answered as if the denied places were null, and none of them is left to plan', () => {
  fc.assert(
    fc.property(selections('Query', 4), set => {
      const source = `query ($yes: Boolean!, $no: Boolean!) { v: a @include(if: $yes) w: a @include(if: $no) ... ${set} }`
      fc.pre(validate(schema, parse(source)).length === 0)
      const { text, unexplained } = filtered(source)
      expect(text).toBe(JSON.stringify(reference(source)))
      expect(unexplained).toEqual([])
    }),
    { numRuns: 150 },
  )
})

test('what is denied through an interface is told where it is asked for through a type that allows it', () => {
  for (const fields of ['k: price ... on Book { k: price }', '... on Book { k: price } k: price'])
    expect(filtered(`{ things { ${fields} } }`).text).toBe('{"things":[{"k":5},{"k":null}]}')
})

test('a question with nothing denied is left exactly as it is', () => {
  const document = parse('{ a box { ...F } } fragment F on Box { a }')
  const filter = filterOperation(schema, document, getOperationAST(document)!, denial)
  expect(filter.document).toBe(document)
  expect(filter.changed).toBe(false)
})

test('each denied place once, with @ for each level of a list, and only where it is selected', () => {
  const source = `query ($yes: Boolean!, $no: Boolean!) {
      grid { secret ...F  k: must @skip(if: $yes)  l: must @include(if: $no) }
      ... @include(if: $no) { x: secret }  box @skip(if: $yes) { secret }
      boxes { box { secret } } ...Q }
    fragment F on Box { secret }  fragment Q on Query { secret }`
  const places = filtered(source).filter.deniedPlaces(variables)
  expect(places.map(({ path, coordinate }) => `${path.join('.')} ${coordinate}`)).toEqual([
    'grid.@.@.secret Box.secret',
    'boxes.@.box.secret Box.secret',
    'secret Query.secret',
  ])
})

test('what only denied parts needed is gone from the planned question', () => {
  const document = parse('query Q($yes: Boolean!, $no: Boolean!) @x(a: $no) { a secret @include(if: $yes) }')
  const filter = filterOperation(schema, document, getOperationAST(document)!, denial)
  expect(print(filter.document).replace(/\s+/g, ' ').trim()).toBe('query Q($no: Boolean!) @x(a: $no) { a }')
})

const plannedOf = (source: string) => {
  const document = parse(source)
  const {
    document: planned,
    introspection,
    changed,
  } = filterOperation(schema, document, getOperationAST(document)!, denial)
  const text = (one?: DocumentNode) => one && print(one).replace(/\s+/g, ' ').trim()
  return { planned: text(planned), introspection: text(introspection), changed }
}

test('what is planned stands under the conditions that it was asked under', () => {
  const source = `query ($yes: Boolean!) { secret ... @skip(if: $yes) { a } ...F @include(if: $yes) box { secret ... on Box @skip(if: $yes) { a } } }
    fragment F on Query { b: a @skip(if: $yes) }`
  expect(plannedOf(source).planned).toBe(
    'query ($yes: Boolean!) { ... @skip(if: $yes) { a } ... on Query @include(if: $yes) { b: a @skip(if: $yes) } ' +
      'box { ... on Box @skip(if: $yes) { a } } }',
  )
})

test('where something was taken out of one of several types, it is asked which of them it is', () => {
  expect(plannedOf('{ things { a ... on Book { secret } } }').planned).toBe(
    '{ things { __terraneTypename: __typename a } }',
  )
  expect(plannedOf('{ things { a ... on Book { price } ... on Map { must } } }').planned).toBe(
    '{ things { __terraneTypename: __typename a ... on Book { price } } }',
  )
  expect(plannedOf('{ secret things { a ... on Book { price } } }').planned).toBe(
    '{ things { a ... on Book { price } } }',
  )
})

test('what is asked of the schema is planned by nobody, though nothing is denied', () => {
  expect(
    plannedOf(
      '{ a __schema { queryType { ...N } } ... { t: __type(name: "A") { name } } } fragment N on __Type { name }',
    ),
  ).toEqual({
    planned: '{ a }',
    introspection: '{ __schema { queryType { ... on __Type { name } } } ... { t: __type(name: "A") { name } } }',
    changed: true,
  })
  expect(plannedOf('{ __schema { queryType { name } } }').planned).toBe('{ __terraneTypename: __typename }')
})
