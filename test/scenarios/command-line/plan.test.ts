import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { endAll, terrane } from '../processes/processes.js'

/** `terrane plan`: how a question would be run, and by whom it would be answered. */

const QUERY =
  'query ($geo: Boolean!) { ukSales { orders(first: 1) { nodes { orderId country { name } } } } referenceGeography @include(if: $geo) { countries { totalCount } } }'
const plan = (...args: string[]) => terrane(['plan', ...args]).end

afterEach(endAll)

test('every field with its subgraph, as text and for programs', async () => {
  const text = await plan(QUERY)
  expect([text.exit, text.err]).toEqual([0, ''])
  expect(text.out).toMatch(/^ukSales\.orders\.nodes\.@\.country\.name +reference-geography/m)
  expect(text.out).toContain('if $geo')
  const facts = JSON.parse((await plan(QUERY, '--json')).out)
  expect(facts.fields).toContainEqual(
    expect.objectContaining({ path: 'ukSales.orders.nodes.@.orderId', subgraphs: ['uk-sales'] }),
  )
})

test('a flowchart, of a question in a file', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'terrane-plan-'))
  const file = path.join(folder, 'question.graphql')
  writeFileSync(file, QUERY)
  const { exit, out } = await plan(file, '--mermaid')
  rmSync(folder, { recursive: true })
  expect(exit).toBe(0)
  expect(out).toMatch(/^flowchart TD\n/)
  expect(out).toContain('-->|"if $geo"|')
})

test.each([
  ['a field that is not there', ['{ nope }'], 1, 'Cannot query field "nope"'],
  ['neither a question nor a file', ['nowhere.graphql'], 2, 'There is no file nowhere.graphql'],
  ['a supergraph that nobody serves', ['{ a }', '--supergraph', 'http://127.0.0.1:1/'], 3, 'http://127.0.0.1:1/'],
])('%s', async (_, args, exit, said) => {
  const ended = await plan(...args)
  expect(ended.exit).toBe(exit)
  expect(ended.err).toContain(said)
})
