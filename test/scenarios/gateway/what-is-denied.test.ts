import { getIntrospectionQuery } from 'graphql'
import { allow, geography, SmallMesh, ukSales } from './small-mesh.js'
import type { SmallProduct } from './small-product.js'

let mesh: SmallMesh
let uk: SmallProduct
beforeAll(async () => {
  mesh = await SmallMesh.start(trust => {
    uk = ukSales(trust)
    return [uk, geography(trust)]
  })
})
afterAll(() => mesh.stop())
beforeEach(() => {
  uk.asked.length = 0
  uk.grants = uk.options.grants
})

const EMAIL_DENIED = {
  message: 'Not authorised to read UkSalesOrder.customerEmail: it takes the grant uk-sales/orders/customer_email.',
  extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' },
}

describe('what is denied is not fetched, the rest is answered', () => {
  test('a field, its place null, its error with a path', async () => {
    const answer = await mesh.ask(
      '{ ukSales { orders { nodes { orderId customerEmail amount } totalCount } } }',
      'analyst',
    )
    expect(answer.data).toEqual({
      ukSales: {
        orders: {
          nodes: [
            { orderId: '1', customerEmail: null, amount: '10.00' },
            { orderId: '2', customerEmail: null, amount: '20.00' },
          ],
          totalCount: 2,
        },
      },
    })
    expect(answer.errors).toEqual([{ ...EMAIL_DENIED, path: ['ukSales', 'orders', 'nodes', 0, 'customerEmail'] }])
    expect(answer.text).toContain('{"orderId":"1","customerEmail":null,"amount":"10.00"}')
    expect(uk.asked.map(({ query }) => query).join()).not.toContain('customerEmail')
  })

  test('the product is told what was taken out, once, for its audit', async () => {
    await mesh.ask('{ ukSales { orders { nodes { customerEmail mail: customerEmail } } } }', 'analyst')
    expect(uk.asked.map(({ denied }) => denied)).toEqual(['uk-sales/orders/customer_email'])
    uk.asked.length = 0
    await mesh.ask('{ ukSales { orders { nodes { amount } } } }', 'analyst')
    expect(uk.asked.map(({ denied }) => denied)).toEqual([null])
  })

  test('under aliases, in fragments of every kind, whatever @skip and @include say', async () => {
    const answer = await mesh.ask(
      `query ($no: Boolean!, $yes: Boolean!) { ukSales { orders { nodes {
          a: customerEmail
          b: customerEmail @include(if: $yes)
          c: customerEmail @skip(if: $yes)
          d: customerEmail @include(if: $no)
          ... { e: customerEmail }
          ... on UkSalesOrder @include(if: $yes) { f: customerEmail }
          ...Mail
          orderId
        } } } }
        fragment Mail on UkSalesOrder { ...Inner  amount }
        fragment Inner on UkSalesOrder { g: customerEmail @skip(if: $no) }`,
      'analyst',
      { no: false, yes: true },
    )
    const [first] = (answer.data as { ukSales: { orders: { nodes: unknown[] } } }).ukSales.orders.nodes
    expect(first).toEqual({ a: null, b: null, e: null, f: null, g: null, orderId: '1', amount: '10.00' })
    expect(answer.errors?.map(({ path }) => path?.at(-1))).toEqual(['a', 'b', 'e', 'f', 'g'])
    expect(uk.asked.map(({ query }) => query).join()).not.toContain('customerEmail')
  })

  test('under a condition that is null: refused, as without anything denied', async () => {
    const answer = await mesh.ask(
      `query ($maybe: Boolean = true) {
        ukSales { orders { nodes { orderId a: customerEmail @include(if: $maybe) b: customerEmail @skip(if: $maybe) } } }
      }`,
      'analyst',
      { maybe: null },
    )
    expect(answer.data).toBeUndefined()
    expect(answer.errors?.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT', 'BAD_USER_INPUT'])
  })

  test('a selection of nothing else still has its rows', async () => {
    const answer = await mesh.ask('{ ukSales { orders { nodes { customerEmail } } } }', 'analyst')
    expect(answer.data).toEqual({ ukSales: { orders: { nodes: [{ customerEmail: null }, { customerEmail: null }] } } })
    expect(answer.text).not.toContain('__terrane')
  })

  test('a dataset as a whole', async () => {
    uk.grants = []
    const answer = await mesh.ask('{ ukSales { orders { nodes { orderId } } publication } }', 'analyst')
    expect(answer.data).toEqual({ ukSales: { orders: null, publication: 1 } })
    expect(answer.errors?.map(({ path }) => path)).toEqual([['ukSales', 'orders']])
  })

  test('a client cannot take the gateway’s own alias', async () => {
    const answer = await mesh.ask('{ ukSales { orders { nodes { __terraneTypename: amount } } } }', 'analyst')
    expect(answer.errors?.[0]?.extensions.code).toBe('OPERATION_TOO_LARGE')
  })

  test('a grant counts from the next operation on, and no longer once revoked', async () => {
    const question = '{ ukSales { orders { nodes { customerEmail } } } }'
    expect((await mesh.ask(question, 'analyst')).errors).toHaveLength(1)
    uk.grants = [...uk.options.grants, allow('user:analyst', 'orders', { id: 'new', properties: ['customer_email'] })]
    expect((await mesh.ask(question, 'analyst')).text).toContain('ada@example.com')
    uk.grants = uk.options.grants
    expect((await mesh.ask(question, 'analyst')).text).not.toContain('ada@example.com')
  })

  test('what was prepared for one caller is not reused for another', async () => {
    const question = '{ ukSales { orders { nodes { orderId customerEmail } } } }'
    for (let round = 0; round < 2; round++) {
      expect((await mesh.ask(question, 'steward')).text).toContain('ada@example.com')
      expect((await mesh.ask(question, 'analyst')).text).not.toContain('ada@example.com')
    }
  })

  test('a policy that cannot be asked for denies all of its product, and only that', async () => {
    const fetch = uk.fetch
    uk.fetch = async request =>
      new URL(request.url).pathname.endsWith('/policy') ? new Response(null, { status: 500 }) : fetch.call(uk, request)
    const answer = await mesh.ask(
      '{ ukSales { orders { nodes { orderId } } } referenceGeography { countries { name } } }',
      'steward',
    )
    uk.fetch = fetch
    expect(answer.data).toEqual({
      ukSales: { orders: null },
      referenceGeography: { countries: [{ name: 'United Kingdom' }, { name: 'France' }] },
    })
    expect(answer.errors?.[0]?.extensions.code).toBe('UNAUTHORIZED_FIELD_OR_TYPE')
  })
})

describe('what may not be known of does not exist', () => {
  /** The same question about a field that really is not there: the answers may differ in that name alone. */
  async function sameAsUnknown(query: (name: string) => string, hidden: string, unknown: string, as: string) {
    const [about, control] = await Promise.all([mesh.ask(query(hidden), as), mesh.ask(query(unknown), as)])
    expect(about.status).toBe(control.status)
    expect(about.text.replaceAll(hidden, '?')).toBe(control.text.replaceAll(unknown, '?'))
    expect(about.errors?.length).toBeGreaterThan(0)
    expect(uk.asked).toHaveLength(0)
  }

  test('a field', async () => {
    const question = (name: string) => `{ ukSales { orders { nodes { ${name} } } } }`
    await sameAsUnknown(question, 'margin', 'zyxwvu', 'analyst')
  })

  test('an input field, as a literal and in variables', async () => {
    await sameAsUnknown(
      name => `{ ukSales { orders(where: { ${name}: "1" }) { totalCount } } }`,
      'margin',
      'zyxwvu',
      'analyst',
    )
    const question = 'query ($where: UkSalesOrdersWhere) { ukSales { orders(where: $where) { totalCount } } }'
    const [about, control] = await Promise.all([
      mesh.ask(question, 'analyst', { where: { margin: '1' } }),
      mesh.ask(question, 'analyst', { where: { zyxwvu: '1' } }),
    ])
    expect(about.text.replaceAll('margin', '?')).toBe(control.text.replaceAll('zyxwvu', '?'))
    expect(uk.asked).toHaveLength(0)
    expect((await mesh.ask(question, 'steward', { where: { margin: '1' } })).errors).toBeUndefined()
  })

  test('an enum value, as a literal and in variables', async () => {
    await sameAsUnknown(name => `{ ukSales { orders(sortBy: ${name}) { totalCount } } }`, 'MARGIN', 'ZYXWVU', 'analyst')
    const question = 'query ($by: UkSalesOrdersDimension) { ukSales { orders(sortBy: $by) { totalCount } } }'
    const answer = await mesh.ask(question, 'analyst', { by: 'MARGIN' })
    expect(answer.errors?.[0]?.message).toContain('Value "MARGIN" does not exist')
  })

  test('a product, and its types in fragments', async () => {
    await sameAsUnknown(name => `{ ${name} { orders { totalCount } } }`, 'ukSales', 'zyxwvut', 'visitor')
    await sameAsUnknown(name => `{ __typename ... on ${name} { x } }`, 'UkSales', 'Zyxwvut', 'visitor')
  })

  test('a whole root type: nothing of it is run', async () => {
    await sameAsUnknown(name => `subscription { ${name}Published { product } }`, 'ukSales', 'zyxwvut', 'visitor')
    await sameAsUnknown(name => `mutation { ${name} { run } }`, 'ukSales', 'zyxwvut', 'visitor')
    expect(uk.asked).toHaveLength(0)
    expect((await mesh.ask('mutation { ukSales { run } }', 'steward')).data).toEqual({ ukSales: { run: 'started' } })
  })

  test('no error text suggests a hidden name', async () => {
    for (const typo of [
      '{ ukSales { orders { nodes { margi } } } }',
      '{ ukSales { orders(sortBy: MARGI) { totalCount } } }',
    ])
      expect((await mesh.ask(typo, 'analyst')).text).not.toMatch(/margin/i)
    expect((await mesh.ask('{ ukSale { x } }', 'visitor')).text).not.toContain('ukSales')
    expect((await mesh.ask('{ ukSales { orders { nodes { margi } } } }', 'steward')).text).toContain('margin')
  })

  test('introspection shows each caller what may be discovered', async () => {
    const whole = getIntrospectionQuery()
    const [visitor, analyst, steward] = await Promise.all(
      ['visitor', 'analyst', 'steward'].map(async as => (await mesh.ask(whole, as)).text),
    )
    expect(visitor).not.toMatch(/UkSales|margin/i)
    expect(visitor).toContain('ReferenceGeography')
    expect(analyst).toContain('customerEmail')
    expect(analyst).not.toMatch(/margin/i)
    expect(steward).toContain('margin')
    const one = '{ __type(name: "UkSalesOrder") { fields { name } } here: __typename }'
    expect((await mesh.ask(one, 'visitor')).data).toEqual({ __type: null, here: 'Query' })
    expect((await mesh.ask(one, 'analyst')).text).not.toContain('margin')
    expect((await mesh.ask(one, 'steward')).text).toContain('margin')
  })

  test('introspection beside data, through fragments and variables', async () => {
    const answer = await mesh.ask(
      `query ($name: String!, $yes: Boolean!) { ...Root  ukSales { orders { nodes { customerEmail } } } }
       fragment Root on Query { type: __type(name: $name) @include(if: $yes) { name fields { ...F } } }
       fragment F on __Field { name }`,
      'analyst',
      { name: 'UkSalesControl', yes: true },
    )
    expect(answer.data).toEqual({
      type: { name: 'UkSalesControl', fields: [{ name: 'run' }] },
      ukSales: { orders: { nodes: [{ customerEmail: null }, { customerEmail: null }] } },
    })
  })

  test('introspection under a condition that is null is the mistake of who asks', async () => {
    const answer = await mesh.ask(
      'query ($maybe: Boolean = true) { __schema @include(if: $maybe) { queryType { name } } }',
      'analyst',
      { maybe: null },
    )
    expect([answer.status, answer.errors?.[0]?.extensions.code]).toEqual([400, 'BAD_USER_INPUT'])
  })

  test('the entities of a subgraph cannot be asked for through the gateway', async () => {
    const answer = await mesh.ask(
      '{ _entities(representations: [{__typename: "UkSalesOrder", orderId: "1"}]) { ... on UkSalesOrder { margin } } }',
      'steward',
    )
    expect(answer.status).toBe(400)
    expect((await mesh.ask('{ _service { sdl } }', 'steward')).status).toBe(400)
  })

  test('lists of the mesh and addresses', async () => {
    const list = '{ mesh { products { nodes { name domain address owner { name } datasets { name } } } } }'
    const visitor = await mesh.ask(list)
    expect(visitor.data).toEqual({
      mesh: {
        products: {
          nodes: [
            {
              name: 'reference-geography',
              domain: 'reference',
              address: '/data/reference/reference-geography/1',
              owner: { name: 'Owners of reference-geography' },
              datasets: [{ name: 'countries' }],
            },
          ],
        },
      },
    })
    expect((await mesh.ask(list, 'analyst')).text).toContain('uk-sales')
    const known = async (as?: string) =>
      (
        await fetch(`${mesh.gateway.url}/.well-known/data-mesh`, {
          headers: as ? { authorization: `Bearer ${await mesh.token(as)}` } : {},
        })
      ).text()
    expect(await known()).not.toContain('uk-sales')
    expect(await known('analyst')).toContain('uk-sales')
  })
})
