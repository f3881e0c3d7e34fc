import { atOnce } from '@terrane/schema'
import { parse } from 'graphql'
import { RequiredRights, type Requirement } from './required-rights.js'

const LINKS = `
  schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.5")
    @link(url: "https://specs.apollo.dev/authenticated/v0.1") @link(url: "https://specs.apollo.dev/policy/v0.1")
    @link(url: "https://specs.apollo.dev/requiresScopes/v0.1") @link(url: "https://specs.apollo.dev/context/v0.1") { query: Query }`
const rightsIn = (sdl: string) => atOnce(RequiredRights.of(parse(sdl)))
const rightsOf = (sdl: string) => rightsIn(LINKS + sdl)
const scopes = (...anyOf: string[][]): Requirement => ({ kind: 'scopes', anyOf })
const policies = (...anyOf: string[][]): Requirement => ({ kind: 'policies', anyOf })
const AUTHENTICATED: Requirement = { kind: 'authenticated' }
/** A demand that only who has this scope meets. */
const scope = (name: string) => `@requiresScopes(scopes: [["${name}"]])`

const SUPERGRAPH = `
  schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.5")
    @link(url: "https://specs.apollo.dev/authenticated/v0.1") { query: Query }
  type Query { thing: Thing }
  type Thing {
    open: String
    secret: String @authenticated
    made: String @join__field(graph: A, requires: "secret")
  }`

test.each([
  ['under its usual name', SUPERGRAPH],
  ['renamed with all of its specification', SUPERGRAPH.replaceAll('join__', 'j__').replace('v0.5"', 'v0.5", as: "j"')],
  [
    'imported by another name',
    SUPERGRAPH.replaceAll('join__field', 'of').replace('v0.5"', 'v0.5", import: [{name: "@field", as: "@of"}]'),
  ],
  ['imported', SUPERGRAPH.replaceAll('join__field', 'field').replace('v0.5"', 'v0.5", import: ["@field"]')],
])('who may not see a field may not see what is computed of it, the join directive %s', (_, supergraph) => {
  const rights = rightsIn(supergraph)
  expect(rights.of('Thing', 'open')).toEqual([])
  expect(rights.of('Thing', 'made')).toEqual([AUTHENTICATED])
})

test('a field takes what it demands itself, what its type does, and what the type does that it returns', () => {
  const rights = rightsOf(`
    type Query { boxes: [[Box!]!]! ${scope('boxes')}  mood: Mood  money: Money  open: Int }
    type Box ${scope('box')} { a: Int  own: Int ${scope('own')}  twice: Int ${scope('box')} }
    enum Mood ${scope('mood')} { GOOD }
    scalar Money @policy(policies: [["rich", "old"], ["owner"]]) @authenticated`)
  expect(rights.of('Query', 'boxes')).toEqual([scopes(['boxes']), scopes(['box'])])
  expect(rights.of('Box', 'a')).toEqual([scopes(['box'])])
  expect(rights.of('Box', 'own')).toEqual([scopes(['box']), scopes(['own'])])
  expect(rights.of('Box', 'twice')).toEqual([scopes(['box'])])
  expect(rights.of('Query', 'mood')).toEqual([scopes(['mood'])])
  expect(rights.of('Query', 'money')).toEqual([policies(['rich', 'old'], ['owner']), AUTHENTICATED])
  expect(rights.of('Query', 'open')).toEqual([])
  expect(rights.of('Nothing', 'constructor')).toEqual([])
})

test('extensions of a type demand as much as its definition does', () => {
  const rights = rightsOf(`
    type Query { box: Box }  type Box { a: Int }  extend type Box ${scope('box')} { b: Int ${scope('b')} }
    type Lid ${scope('lid')} { a: Int }  extend type Lid { b: Int }
    interface Thing { a: Int }  extend interface Thing ${scope('thing')} { b: Int }`)
  expect(rights.of('Query', 'box')).toEqual([scopes(['box'])])
  expect(rights.of('Box', 'a')).toEqual([scopes(['box'])])
  expect(rights.of('Box', 'b')).toEqual([scopes(['box']), scopes(['b'])])
  expect([rights.of('Lid', 'a'), rights.of('Lid', 'b')]).toEqual(Array(2).fill([scopes(['lid'])]))
  expect([rights.of('Thing', 'a'), rights.of('Thing', 'b')]).toEqual(Array(2).fill([scopes(['thing'])]))
})

test('on an interface a field takes all that any of its implementations takes, and what those are computed of', () => {
  const rights = rightsOf(`
    interface Thing { price: Int ${scope('price')}  name: Int }
    type Book implements Thing ${scope('book')} { price: Int  name: Int }
    type Map implements Thing { price: Int ${scope('map')}  name: Int @join__field(graph: A, requires: "cost")  cost: Int ${scope('cost')} }
    type Pen { price: Int ${scope('pen')} }
    extend type Late implements Thing { price: Int ${scope('late')}  name: Int }`)
  expect(rights.of('Thing', 'price')).toEqual(['price', 'book', 'map', 'late'].map(one => scopes([one])))
  expect(rights.of('Thing', 'name')).toEqual([scopes(['book']), scopes(['cost'])])
  expect(rights.of('Book', 'price')).toEqual([scopes(['book'])])
})

describe('what a field is computed of', () => {
  test('counts at any depth, through fragments, interfaces and what that is computed of itself', () => {
    const rights = rightsOf(`
      interface Part { weight: Int }
      type Wheel implements Part { weight: Int ${scope('wheel')}  size: Int ${scope('size')} }
      type Car {
        a: Int @join__field(graph: A, requires: "b")
        b: Int @join__field(graph: A, requires: "c { d }")
        c: Deep ${scope('c')}
        e: Int @join__field(graph: A, requires: "part { ... on Wheel { size } }")
        f: Int @join__field(graph: A, requires: "part { weight }")
        g: Int @join__field(graph: A, requires: "b") @join__field(graph: B, requires: "h")
        h: Int ${scope('h')}
        part: Part
      }
      type Deep ${scope('deep')} { d: Int ${scope('d')} }`)
    const c = ['c', 'deep', 'd'].map(one => scopes([one]))
    expect(rights.of('Car', 'a')).toEqual(c)
    expect(rights.of('Car', 'b')).toEqual(c)
    expect(rights.of('Car', 'e')).toEqual([scopes(['size'])])
    expect(rights.of('Car', 'f')).toEqual([scopes(['wheel'])])
    expect(rights.of('Car', 'g')).toEqual([...c, scopes(['h'])])
    expect(rights.of('Car', 'part')).toEqual([])
  })

  test('counts for every field of a circle, whichever is looked at first', () => {
    const rights = rightsOf(`
      type Car {
        a: Int @join__field(graph: A, requires: "b")
        b: Int @join__field(graph: B, requires: "c d")
        c: Int @join__field(graph: A, requires: "a e")
        d: Int ${scope('d')}
        e: Int ${scope('e')}
      }`)
    for (const field of ['a', 'b', 'c'])
      expect(new Set(rights.of('Car', field))).toEqual(new Set([scopes(['d']), scopes(['e'])]))
  })

  test('counts where it stands above, in every type that has its context', () => {
    const rights = rightsOf(`
      type Order @context(name: "shop__order") { currency: String ${scope('order')}  more: Deep }
      type Cart @context(name: "shop__order") @context(name: "shop__cart") { currency: String  money: String ${scope('cart')}  more: Deep }
      type Deep { d: Int ${scope('deep')} }
      type Line {
        price: Int @join__field(graph: A, contextArguments: [{context: "shop__order", name: "a", type: "String", selection: " { currency }"}])
        other: Int @join__field(graph: A, contextArguments: [
          {context: "shop__cart", name: "a", type: "String", selection: "... on Cart { money }"},
          {context: "shop__order", name: "b", type: "String", selection: "{ more { d } }"}])
        free: Int @join__field(graph: A, contextArguments: [{context: "shop__cart", name: "a", type: "String", selection: "{ currency }"}])
        after: Int @join__field(graph: B, requires: "price")
      }`)
    expect(rights.of('Line', 'price')).toEqual([scopes(['order'])])
    expect(rights.of('Line', 'other')).toEqual([scopes(['cart']), scopes(['deep'])])
    expect(rights.of('Line', 'free')).toEqual([])
    expect(rights.of('Line', 'after')).toEqual([scopes(['order'])])
  })

  test('counts where the context has another name', () => {
    const rights = rightsIn(
      `${LINKS.replace('context/v0.1"', 'context/v0.1", import: [{name: "@context", as: "@around"}]')}
      type Order @around(name: "o") { currency: String @authenticated }
      type Line { price: Int @join__field(graph: A, contextArguments: [{context: "o", name: "a", type: "String", selection: "{ currency }"}]) }`,
    )
    expect(rights.of('Line', 'price')).toEqual([AUTHENTICATED])
  })
})

test('what is no list of lists of texts is a demand that nobody meets', () => {
  const rights = rightsOf(`
    type Query {
      none: Int @requiresScopes(scopes: [])  empty: Int @requiresScopes(scopes: [[]])  bare: Int @requiresScopes
      flat: Int @requiresScopes(scopes: ["a"])  text: Int @policy(policies: "a")  mixed: Int @policy(policies: [["a", 1], ["b"], []])
    }`)
  for (const field of ['none', 'empty', 'bare', 'flat']) expect(rights.of('Query', field)).toEqual([scopes()])
  expect(rights.of('Query', 'text')).toEqual([policies()])
  expect(rights.of('Query', 'mixed')).toEqual([policies(['b'])])
})

test('a directive counts by what its specification is, whatever it is called, and no other does', () => {
  const rights = rightsIn(`
    schema @link(url: "https://specs.apollo.dev/authenticated/v0.1", as: "signedIn")
      @link(url: "https://specs.apollo.dev/policy/v0.1", import: [{name: "@policy", as: "@grant"}]) { query: Query }
    type Query { a: Int @signedIn  b: Int @grant(policies: [["x/y"]])  c: Int @authenticated  d: Int @policy(policies: [["z"]]) }`)
  expect(['a', 'b', 'c', 'd'].map(field => rights.of('Query', field))).toEqual([
    [AUTHENTICATED],
    [policies(['x/y'])],
    [],
    [],
  ])
})

test('the products that policies name, each once', () => {
  const rights = rightsOf(`
    type Query { a: Int @policy(policies: [["x/y", "z/y"], ["x"]])  b: Int ${scope('s')} }`)
  expect(rights.products()).toEqual(new Set(['x', 'z']))
})
