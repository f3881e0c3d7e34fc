import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { composeServices } from '@apollo/composition'
import { ApolloGateway } from '@apollo/gateway'
import { startGateway } from '@terrane/gateway'
import { getIntrospectionQuery, isObjectType, parse } from 'graphql'
import { geography, SmallMesh, ukSales } from './small-mesh.js'
import type { SmallProduct } from './small-product.js'

/** Apollo's own gateway loads what is served; whatever it is asked, our executor decides and answers. */

const loads = jest.spyOn(ApolloGateway.prototype, 'load')

let mesh: SmallMesh
let uk: SmallProduct
let serving: ApolloGateway
beforeAll(async () => {
  mesh = await SmallMesh.start(
    trust => {
      uk = ukSales(trust)
      return [uk, geography(trust)]
    },
    { apolloGateway: true },
  )
  serving = loads.mock.contexts.at(-1) as ApolloGateway
})
afterAll(() => mesh.stop())
beforeEach(() => {
  uk.asked.length = 0
})

const ORDERS = '{ ukSales { orders { nodes { orderId customerEmail country { name } } } } }'

test('who may not have something does not get it, however often he asks', async () => {
  for (let times = 0; times < 3; times++) {
    const denied = await mesh.ask(ORDERS, 'analyst')
    expect(denied.data).toMatchObject({
      ukSales: { orders: { nodes: [{ customerEmail: null }, { customerEmail: null }] } },
    })
    expect(denied.errors?.map(({ extensions }) => extensions.code)).toContain('UNAUTHORIZED_FIELD_OR_TYPE')
    expect((await mesh.ask(ORDERS)).text).not.toContain('example.com')
    const hidden = await mesh.ask('{ ukSales { orders { nodes { margin } } } }', 'analyst')
    expect(hidden.errors?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED')
  }
  expect(uk.asked.map(({ query }) => query).join()).not.toContain('customerEmail')
  expect((await mesh.ask(getIntrospectionQuery(), 'analyst')).text).not.toContain('margin')
})

test('whoever may is answered, by our executor', async () => {
  const { data, errors, extensions } = await mesh.ask(ORDERS, 'steward')
  expect(data).toEqual({
    ukSales: {
      orders: {
        nodes: [
          { orderId: '1', customerEmail: 'ada@example.com', country: { name: 'United Kingdom' } },
          { orderId: '2', customerEmail: 'bob@example.com', country: { name: null } },
        ],
      },
    },
  })
  expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['ENTITY_NOT_FOUND'])
  expect(extensions?.terrane?.publications).toEqual({ 'uk-sales': 1, 'reference-geography': 1 })
})

test('it swaps what is published while questions are under way, and none fails', async () => {
  const before = serving.schema
  const question = '{ referenceGeography { countries { code name } } }'
  let over = false
  const asking = (async () => {
    const answers = []
    while (!over) answers.push(await mesh.ask(question))
    return answers
  })()
  const larger = geography(mesh.keys.jwks, { GB: 'United Kingdom' }, 'capital: String')
  expect((await mesh.gateway.register(larger.endpoint)).problems).toEqual([])
  over = true
  for (const { errors, data } of await asking) {
    expect(errors).toBeUndefined()
    expect(data?.referenceGeography).toMatchObject({
      countries: expect.arrayContaining([{ code: 'GB', name: 'United Kingdom' }]),
    })
  }
  expect((await mesh.ask('{ referenceGeography { countries { capital } } }')).errors).toBeUndefined()
  expect(serving.schema).not.toBe(before)
  const country = serving.schema?.getType('Country')
  expect(isObjectType(country) && country.getFields()).toHaveProperty('capital')
})

test('what it does not load is not served, and why is told', async () => {
  const typeDefs = parse('type Query { word: String }')
  const { supergraphSdl } = composeServices([{ name: 'words', url: 'http://127.0.0.1:9', typeDefs }])
  const supergraph = path.join(mesh.home, 'supergraph.graphql')
  const unknown = '@link(url: "https://example.com/riddles/v0.1", for: EXECUTION)'
  await writeFile(supergraph, supergraphSdl!.replace(/^schema/m, `schema ${unknown}`))
  const started = startGateway({ listenPort: 0, home: mesh.home, supergraph, apolloGateway: true, log: () => {} })
  await expect(started).rejects.toMatchObject({
    problems: [{ code: 'SUPERGRAPH_REFUSED', message: expect.stringContaining('example.com/riddles') }],
  })
})
