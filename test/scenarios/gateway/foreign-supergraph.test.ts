import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { composeServices } from '@apollo/composition'
import { ApolloServer } from '@apollo/server'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { buildSchema, graphql, parse } from 'graphql'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { SmallMesh } from './small-mesh.js'

/** Renamed imports, protected types, interfaces, unions, scalars, enums, and a field that requires a protected one. */
const SHOP = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [
    "@key", "@shareable", "@authenticated", { name: "@policy", as: "@grant" }, { name: "@requiresScopes", as: "@scopes" }])
  type Query {
    open: String
    mine: String @authenticated
    scoped: String @scopes(scopes: [["shop:read", "shop:deep"], ["all"]])
    granted: String @grant(policies: [["vip"]])
    impossible: String @scopes(scopes: [])
    secret: Secret
    search: [Found!]
    things: [Thing!]!
    must: String! @authenticated
    nest: Nest
    coins: Money
    mood: Mood
    product: Product
  }
  type Nest { deep: Deep! }
  type Deep { value: String! @authenticated  other: String }
  type Secret @authenticated { word: String }
  union Found = Book | Secret
  interface Thing { id: ID!  price: String  title: String }
  type Book implements Thing { id: ID!  price: String  title: String }
  type Map implements Thing { id: ID!  price: String @scopes(scopes: [["all"]])  title: String }
  scalar Money @authenticated
  enum Mood @grant(policies: [["vip"]]) { GOOD BAD }
  type Product @key(fields: "id") { id: ID!  weight: Int @scopes(scopes: [["all"]]) }`
const STOCK = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires", { name: "@requiresScopes", as: "@scopes" }])
  type Query { stock: Int }
  type Product @key(fields: "id") {
    id: ID!
    weight: Int @external
    freight: Int @requires(fields: "weight") @scopes(scopes: [["all"]])
  }`

/** What of it anybody may ask. */
const PLAIN = 'type Query { open: String  stock: Int }'

const servers: Server[] = []
const asked: string[] = []
async function serve(sdl: string, resolvers: object): Promise<string> {
  const schema = buildSubgraphSchema({ typeDefs: parse(sdl), resolvers: resolvers as never })
  const server = createServer(async (incoming, outgoing) => {
    let text = ''
    for await (const piece of incoming) text += piece
    const { query, variables } = JSON.parse(text)
    asked.push(query)
    if (incoming.headers['terrane-identity']) asked.push('IDENTITY GIVEN AWAY')
    outgoing.setHeader('content-type', 'application/json')
    outgoing.end(JSON.stringify(await graphql({ schema, source: query, variableValues: variables })))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  servers.push(server)
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`
}

let mesh: SmallMesh
let folder: string
let bearer: (claims: object) => Promise<string>
const THINGS = [
  { __typename: 'Book', id: '1', price: '5', title: 'B' },
  { __typename: 'Map', id: '2', price: '7', title: 'M' },
]
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'terrane-foreign-'))
  const shop = await serve(SHOP, {
    Query: {
      open: () => 'o',
      mine: () => 'm',
      scoped: () => 's',
      granted: () => 'g',
      impossible: () => 'i',
      must: () => 'must',
      secret: () => ({ word: 'w' }),
      search: () => [
        { __typename: 'Book', title: 'B' },
        { __typename: 'Secret', word: 'w' },
      ],
      things: () => THINGS,
      nest: () => ({ deep: { value: 'v', other: 'o' } }),
      coins: () => '3',
      mood: () => 'GOOD',
      product: () => ({ id: '1', weight: 4 }),
    },
    Product: { __resolveReference: async ({ id }: { id: string }) => ({ id, weight: 4 }) },
  })
  const stock = await serve(STOCK, {
    Query: { stock: () => 1 },
    Product: { freight: ({ weight }: { weight: number }) => weight * 2 },
  })
  const { supergraphSdl, errors } = composeServices([
    { name: 'shop', url: shop, typeDefs: parse(SHOP) },
    { name: 'stock', url: stock, typeDefs: parse(STOCK) },
  ])
  expect(errors).toBeUndefined()
  expect(supergraphSdl).toContain('for: SECURITY')
  const supergraph = path.join(folder, 'supergraph.graphql')
  await writeFile(supergraph, supergraphSdl!)

  const { privateKey, publicKey } = await generateKeyPair('RS256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k', alg: 'RS256' }
  const issuer = createServer((incoming, outgoing) => {
    const url = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}`
    outgoing.setHeader('content-type', 'application/json')
    const configuration = incoming.url === '/.well-known/openid-configuration'
    outgoing.end(JSON.stringify(configuration ? { issuer: url, jwks_uri: `${url}/keys` } : { keys: [jwk] }))
  })
  await new Promise<void>(resolve => issuer.listen(0, '127.0.0.1', resolve))
  servers.push(issuer)
  const url = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}`
  bearer = async claims =>
    `Bearer ${await new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'k' })
      .setIssuer(url)
      .setAudience('shop')
      .setSubject('anna')
      .setExpirationTime('5m')
      .sign(privateKey)}`
  mesh = await SmallMesh.start(() => [], {
    supergraph,
    demo: false,
    policies: { vip: ['gold'] },
    issuer: { url, audience: 'shop', claims: { roles: 'realm.roles' } },
  })
})
afterAll(async () => {
  await mesh.stop()
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
  await rm(folder, { recursive: true, force: true })
})
beforeEach(() => {
  asked.length = 0
})

test('fields without directives are open, the others closed to a visitor, wherever the directive stands', async () => {
  const answer = await mesh.ask('{ open mine scoped granted impossible secret { word } coins mood }')
  expect(answer.data).toEqual({
    open: 'o',
    mine: null,
    scoped: null,
    granted: null,
    impossible: null,
    secret: null,
    coins: null,
    mood: null,
  })
  expect(answer.errors?.map(({ path }) => path?.[0])).toEqual([
    'mine',
    'scoped',
    'granted',
    'impossible',
    'secret',
    'coins',
    'mood',
  ])
  expect(asked).toHaveLength(1)
  expect(asked[0]).not.toMatch(/mine|scoped|granted|impossible|secret|coins|mood|IDENTITY/)
})

test('scopes, space-separated or a list, all of one alternative; policies by configured roles', async () => {
  const question = '{ mine scoped granted }'
  const nulls = async (claims: object) => {
    const { data } = await mesh.ask(question, await bearer(claims))
    return Object.entries(data!).flatMap(([name, value]) => (value === null ? [name] : []))
  }
  expect(await nulls({})).toEqual(['scoped', 'granted'])
  expect(await nulls({ scope: 'shop:read' })).toEqual(['scoped', 'granted'])
  expect(await nulls({ scope: 'shop:deep shop:read' })).toEqual(['granted'])
  expect(await nulls({ scope: ['all'], realm: { roles: ['gold'] } })).toEqual([])
  expect(await nulls({ roles: ['gold'] })).toEqual(['scoped', 'granted'])
  expect((await mesh.ask('{ impossible }', await bearer({ scope: 'all' }))).data).toEqual({ impossible: null })
})

test('an interface takes what any of its implementations takes; a fragment takes its own', async () => {
  const answer = await mesh.ask('{ things { id price } }')
  expect(answer.data).toEqual({
    things: [
      { id: '1', price: null },
      { id: '2', price: null },
    ],
  })
  expect(answer.errors?.map(({ path }) => path)).toEqual([['things', 0, 'price']])
  const split = await mesh.ask('{ things { title ... on Book { price } ... on Map { price } } }')
  expect(split.data).toEqual({
    things: [
      { title: 'B', price: '5' },
      { title: 'M', price: null },
    ],
  })
  expect((await mesh.ask('{ things { price } }', await bearer({ scope: 'all' }))).data).toEqual({
    things: [{ price: '5' }, { price: '7' }],
  })
})

test('one response key, denied through the interface and allowed through the type', async () => {
  const answer = await mesh.ask('{ things { k: price ... on Book { k: price } } }')
  expect(answer.data).toEqual({ things: [{ k: '5' }, { k: null }] })
  const mixed = await mesh.ask('{ things { ... on Map { k: price } ... on Book { k: title } } }')
  expect(mixed.data).toEqual({ things: [{ k: 'B' }, { k: null }] })
})

test('a protected member of a union', async () => {
  const answer = await mesh.ask('{ search { __typename ... on Book { title } ... on Secret { word } } }')
  expect(answer.data).toEqual({
    search: [
      { __typename: 'Book', title: 'B' },
      { __typename: 'Secret', word: null },
    ],
  })
  expect(asked.join()).not.toContain('word')
})

test('a denied field that may not be null takes its parent along, as far as it must', async () => {
  expect((await mesh.ask('{ open must }')).data).toBeNull()
  const nested = await mesh.ask('{ open nest { deep { value other } } }')
  expect(nested.data).toEqual({ open: 'o', nest: null })
  expect(nested.errors?.map(({ path }) => path)).toEqual([['nest', 'deep', 'value']])
})

test('a field that requires a protected one', async () => {
  const question = '{ product { id freight } }'
  expect((await mesh.ask(question)).data).toEqual({ product: { id: '1', freight: null } })
  expect((await mesh.ask(question, await bearer({ scope: 'all' }))).data).toEqual({ product: { id: '1', freight: 8 } })
})

test('nothing is asked where nothing is left', async () => {
  expect((await mesh.ask('{ mine also: scoped }')).data).toEqual({ mine: null, also: null })
  expect(asked).toHaveLength(0)
})

test('variables that only denied fields used go with them', async () => {
  const answer = await mesh.ask('query ($if: Boolean!) { open mine @include(if: $if) }', undefined, { if: false })
  expect(answer).toMatchObject({ data: { open: 'o' }, status: 200 })
  expect(answer.errors).toBeUndefined()
})

test.each([
  'query ($on: Boolean = true) { open @include(if: $on) stock }',
  'query ($on: Boolean = true) { open ...F } fragment F on Query { ... @skip(if: $on) { stock } }',
])('a condition that is null though it may not be is refused as graphql-js refuses it: %s', async query => {
  asked.length = 0
  const { data, errors } = await mesh.ask(query, undefined, { on: null })
  const theirs = await graphql({ schema: buildSchema(PLAIN), source: query, variableValues: { on: null } })
  expect([data ?? null, theirs.data ?? null]).toEqual([null, null])
  const [{ message, locations }] = theirs.errors as unknown as [{ message: string; locations: unknown }]
  expect(errors).toMatchObject([{ message, locations, extensions: { code: 'BAD_USER_INPUT' } }])
  expect(asked).toEqual([])
  expect((await mesh.ask(query)).data).toMatchObject({ open: 'o' })
})

describe('what is permitted is answered as the stock gateway answers it', () => {
  let stock: ApolloServer
  beforeAll(async () => {
    const sdl = await readFile(path.join(folder, 'supergraph.graphql'), 'utf8')
    const { ApolloGateway } = await import('@apollo/gateway')
    const gateway = new ApolloGateway({ supergraphSdl: sdl.replaceAll(', for: SECURITY', '') })
    stock = new ApolloServer({ gateway, introspection: true })
    await stock.start()
  })
  afterAll(() => stock.stop())

  test.each([
    '{ open mine scoped granted secret { word } coins mood }',
    '{ a: open b: open ... on Query { c: stock } ...F } fragment F on Query { product { id freight } }',
    '{ things { __typename id ... on Book { price title } ... on Map { k: price } } }',
    '{ search { ... on Book { title } ... on Secret { word } } }',
    'query ($yes: Boolean!) { open @include(if: $yes) stock @skip(if: $yes) nest { deep { value } } }',
    '{ product { weight freight } __type(name: "Thing") { possibleTypes { name } } __typename }',
    'query A { open } query B { stock }',
    'query ($yes: Boolean!, $other: Int = 3) { open @include(if: $yes) }',
    '{ nothing }',
  ])('%s', async query => {
    const variables = { yes: true }
    const ours = await mesh.ask(query, await bearer({ scope: 'all', realm: { roles: ['gold'] } }), variables)
    const { body } = await stock.executeOperation({ query, variables })
    const theirs = body.kind === 'single' ? body.singleResult : undefined
    expect(ours.data).toEqual(theirs?.data)
    const said = (errors: readonly { message: string; path?: readonly unknown[] | undefined }[] | undefined) =>
      errors?.map(({ message, path }) => [message, path])
    expect(said(ours.errors)).toEqual(said(theirs?.errors))
  })
})

test('a gateway of a foreign supergraph adds nothing of its own', async () => {
  expect((await mesh.ask('{ mesh { products { totalCount } } }')).status).toBe(400)
})
