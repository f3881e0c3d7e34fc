import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { allow, geography, SmallMesh, ukSales } from '../gateway/small-mesh.js'
import { endAll, ROOT, terrane } from '../processes/processes.js'

/** `terrane plan`: how a question would be run, and by whom it would be answered. */

const QUERY =
  'query ($geo: Boolean!) { ukSales { orders(first: 1) { nodes { orderId country { name } } } } referenceGeography @include(if: $geo) { countries { totalCount } } }'
const plan = (...args: string[]) => terrane(['plan', ...args]).end
/** Without them all that there are are composed, which takes longest of all. */
const PRODUCTS = ['--product', 'subgraphs/uk-sales', 'subgraphs/reference-geography']

afterEach(endAll)

describe('as somebody', () => {
  const ORDERS = (...fields: string[]) => `{ ukSales { orders(first: 1) { nodes { ${fields.join(' ')} } } } }`

  test('what is hidden from him is no field, and no name that he may have meant', async () => {
    for (const field of ['margin', 'margins']) {
      const { exit, out, err } = await plan(ORDERS(field), '--as', 'analyst', ...PRODUCTS)
      expect([exit, out]).toEqual([1, ''])
      expect(err).toContain(`Cannot query field "${field}" on type "UkSalesOrder".\n`)
    }
    expect((await plan(ORDERS('margins'), ...PRODUCTS)).err).toContain('Did you mean "margin"?')
  })

  test('what is denied is in no plan, and told', async () => {
    const { exit, out } = await plan(ORDERS('orderId', 'customerEmail'), '--as', 'analyst', '--json', ...PRODUCTS)
    expect(exit).toBe(0)
    const { denied, ...told } = JSON.parse(out)
    expect(JSON.stringify(told)).not.toContain('customerEmail')
    expect(told.cost).toEqual({ operation: expect.any(Number) })
    expect(denied).toEqual([
      {
        path: 'ukSales.orders.nodes.@.customerEmail',
        coordinate: 'UkSalesOrder.customerEmail',
        lacks: 'the grant uk-sales/orders/customer_email',
      },
    ])
  })

  test('who has the grant has the field', async () => {
    const { out } = await plan(ORDERS('customerEmail', 'margin'), '--as', 'role:steward', ...PRODUCTS)
    expect(out).toMatch(/^ukSales\.orders\.nodes\.@\.customerEmail +uk-sales/m)
    expect(out).not.toContain('denied')
  })
})

describe('at a running mesh', () => {
  let mesh: SmallMesh
  beforeAll(async () => {
    mesh = await SmallMesh.start(trust => {
      const [uk, countries] = [ukSales(trust), geography(trust)]
      uk.grants = [...uk.options.grants, allow('analyst', '*', { actions: ['observe'] })]
      countries.grants = [allow('analyst', '*', { actions: ['observe'] })]
      return [uk, countries]
    })
  })
  afterAll(() => mesh.stop())
  const planAt = async (as: string | undefined, query: string, ...args: string[]) =>
    terrane(['plan', query, '--mesh', mesh.gateway.url, ...args], as ? { TERRANE_TOKEN: await mesh.token(as) } : {}).end

  test('who does not say who he is, and who may not observe it, sees no plan', async () => {
    const nobody = await planAt(undefined, '{ ukSales { orders { nodes { amount } } } }')
    expect([nobody.exit, nobody.out]).toEqual([2, ''])
    expect(nobody.err).toContain('TERRANE_TOKEN')
    const reader = await planAt('uk-manager', '{ ukSales { orders { nodes { amount } } } }')
    expect([reader.exit, reader.out]).toEqual([1, ''])
    expect(reader.err).toContain('who may observe every product that is asked')
    const forged = await terrane(['plan', '{ a }', '--mesh', mesh.gateway.url], { TERRANE_TOKEN: 'e30.e30.e30' }).end
    expect([forged.exit, forged.out]).toEqual([2, ''])
  })

  test('who may sees his own: what it is denied, which branch is taken, what it costs', async () => {
    const query =
      'query ($geo: Boolean!) { ukSales { orders { nodes { amount customerEmail } } } referenceGeography @include(if: $geo) { countries { name } } }'
    const { exit, out, err } = await planAt('analyst', query, '--variables', '{"geo":false}')
    expect([exit, err]).toEqual([0, ''])
    expect(out).toMatch(/^ukSales\.orders\.nodes\.@\.amount +uk-sales {2}\(1\)$/m)
    expect(out).toContain('denied: UkSalesOrder.customerEmail takes the grant uk-sales/orders/customer_email')
    expect(out).toMatch(/^cost \d+ of at most 100000$/m)
    expect(out).not.toContain('referenceGeography')
    const lacking = await planAt('analyst', query)
    expect(lacking.exit).toBe(1)
    expect(lacking.err).toContain('Variable "$geo" of required type "Boolean!" was not provided.')
  })

  test('a field that is not there is told in its words', async () => {
    const { exit, out, err } = await planAt('analyst', '{ ukSales { orders { nodes { margin } } } }')
    expect([exit, out]).toEqual([1, ''])
    expect(err).toContain('Cannot query field "margin" on type "UkSalesOrder".\n  at 1:')
  })
})

test('every field with its subgraph, as text and for programs', async () => {
  const text = await plan(QUERY)
  expect([text.exit, text.err]).toEqual([0, ''])
  expect(text.out).toMatch(/^ukSales\.orders\.nodes\.@\.country\.name +reference-geography/m)
  expect(text.out).toContain('if $geo')
  const facts = JSON.parse((await plan(QUERY, '--json', ...PRODUCTS)).out)
  expect(facts.fields).toContainEqual(
    expect.objectContaining({ path: 'ukSales.orders.nodes.@.orderId', subgraphs: ['uk-sales'] }),
  )
})

test('a flowchart, of a question in a file', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'terrane-plan-'))
  const file = path.join(folder, 'question.graphql')
  writeFileSync(file, QUERY)
  const { exit, out } = await plan(file, '--mermaid', ...PRODUCTS)
  rmSync(folder, { recursive: true })
  expect(exit).toBe(0)
  expect(out).toMatch(/^flowchart TD\n/)
  expect(out).toContain('-->|"if $geo"|')
})

test('a question from standard input, its variables from a file: what they leave out is not told', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'terrane-plan-'))
  const file = path.join(folder, 'variables.json')
  writeFileSync(file, '{"geo": false}')
  const command = path.join(ROOT, 'scripts', 'bin', 'terrane.js')
  const args = [command, 'plan', '-', '--variables', `@${file}`, '--json', ...PRODUCTS]
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: ROOT, input: QUERY, encoding: 'utf8' })
  rmSync(folder, { recursive: true })
  expect(status).toBe(0)
  expect(stdout).not.toContain('condition')
  expect(JSON.parse(stdout).fields.map((one: { path: string }) => one.path)).not.toContain('referenceGeography')
})

test.each([
  ['a field that is not there', ['{ nope }', ...PRODUCTS], 1, 'Cannot query field "nope"'],
  ['a value that does not fit', [QUERY, '--variables', '{"geo": 3}', ...PRODUCTS], 1, 'Boolean cannot represent'],
  ['variables that are none', ['{ a }', '--variables', '[1]'], 2, '--variables takes a JSON object'],
  ['grants of a supergraph', ['{ a }', '--supergraph', 'x.graphql', '--as', 'analyst'], 2, '--mesh'],
  ['a mesh that nobody serves', ['{ a }', '--mesh', 'http://127.0.0.1:1', '--as', 'steward'], 3, 'http://127.0.0.1:1'],
  ['a mesh and a supergraph', ['{ a }', '--mesh', 'http://127.0.0.1:1', '--supergraph', 'x'], 2, 'either'],
  ['neither a question nor a file', ['nowhere.graphql'], 2, 'There is no file nowhere.graphql'],
  ['a supergraph that nobody serves', ['{ a }', '--supergraph', 'http://127.0.0.1:1/'], 3, 'http://127.0.0.1:1/'],
])('%s', async (_, args, exit, said) => {
  const ended = await plan(...args)
  expect(ended.exit).toBe(exit)
  expect(ended.err).toContain(said)
})
