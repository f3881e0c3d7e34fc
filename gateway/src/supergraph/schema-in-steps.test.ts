import { atOnce, type Steps } from '@terrane/schema'
import { buildASTSchema, introspectionFromSchema, parse, printSchema } from 'graphql'
import { buildInSteps, parseInSteps } from './schema-in-steps.js'
import { inSlices } from './steps.js'

/** What is read and built in steps is what graphql-js reads and builds at once. */

const SDL = `
  "What is asked"
  schema @tagged(as: "whole") { query: Question mutation: Change }
  extend schema @tagged(as: "extended")
  directive @tagged(as: String = "x" @deprecated(reason: "none")) repeatable on SCHEMA | OBJECT | FIELD_DEFINITION
  scalar Money @specifiedBy(url: "https://money.example")
  interface Node { id: ID! }
  interface Priced implements Node { id: ID! price(currency: Currency = EUR): Money }
  "Sold"
  type Product implements Priced & Node @tagged { id: ID! price(currency: Currency = EUR): Money old: Int @deprecated(reason: "gone") }
  extend type Product { later: [[String!]]! }
  type Person implements Node { id: ID! bought(where: Where = {not: {name: "x"}}): [Product!] @tagged }
  union Found = Product | Person
  enum Currency { EUR USD @deprecated }
  input Where @oneOf { not: Where name: String price: Money }
  type Question { find(text: String!): Found node(id: ID!): Node }
  type Change { buy: Product }
`
const usual = 'type Query { a: Int } type Mutation { b: Int } type Subscription { c: Int } type Unused { d: Int }'

test.each([
  ['with everything in it', SDL],
  ['whose roots have the usual names', usual],
])('a document %s is read and built as in one go', (_what, sdl) => {
  const document = atOnce(parseInSteps(sdl))
  expect(document).toEqual(parse(sdl, { noLocation: true }))
  const schema = atOnce(buildInSteps(document))
  const reference = buildASTSchema(document, { assumeValid: true, assumeValidSDL: true })
  expect(introspectionFromSchema(schema)).toEqual(introspectionFromSchema(reference))
  expect(printSchema(schema)).toBe(printSchema(reference))
  expect(Object.keys(schema.getTypeMap())).toEqual(Object.keys(reference.getTypeMap()))
})

test('nothing of the document is held by the schema', () => {
  const document = atOnce(parseInSteps(SDL))
  const held = (value: unknown, seen = new Set<unknown>()): boolean => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return false
    seen.add(value)
    if (document.definitions.includes(value as never)) return true
    return [...Object.values(value), ...(Array.isArray(value) ? value : [])].some(one => held(one, seen))
  }
  expect(held(buildASTSchema(document))).toBe(true)
  expect(held(atOnce(buildInSteps(document)))).toBe(false)
})

test.each([
  ['', /Unexpected <EOF>/],
  ['type Query { a: Int', /Expected Name, found <EOF>/],
  ['type A { a: Int } nonsense', /Unexpected Name "nonsense"/],
])('what is no document is refused as by graphql-js: %s', (text, reason) => {
  expect(() => atOnce(parseInSteps(text))).toThrow(reason)
  expect(() => parse(text)).toThrow(reason)
})

test('each definition is a step, each type is one', () => {
  const stepsOf = (steps: Steps<unknown>) => {
    let count = 0
    while (!steps.next().done) count++
    return count
  }
  expect(stepsOf(parseInSteps(usual))).toBe(4)
  expect(stepsOf(buildInSteps(parse(usual)))).toBeGreaterThanOrEqual(4)
})

test('between slices others have their turn', async () => {
  let turns = 0
  const turn = setInterval(() => turns++, 0)
  const deadline = performance.now() + 5000
  function* work(): Steps<string> {
    while (turns < 3 && performance.now() < deadline) yield
    return 'done'
  }
  expect(await inSlices(work())).toBe('done')
  clearInterval(turn)
  expect(turns).toBeGreaterThanOrEqual(3)
})
