import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { composeServices } from '@apollo/composition'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { graphql, parse } from 'graphql'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { ask, endAll, type Running, terrane } from './processes.js'

/** `terrane gateway --supergraph`: somebody else's subgraphs, somebody else's issuer, no home of a demo. */

const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import:'
const BOOKS = `${LINK} ["@key", "@authenticated", "@requiresScopes", "@policy"])
  type Query { books: [Book!]! }
  type Book @key(fields: "isbn") {
    isbn: ID!  title: String
    notes: String @authenticated
    cost: Int @requiresScopes(scopes: [["books:cost"]])
    rival: String @policy(policies: [["board"]])
  }`
const REVIEWS = `${LINK} ["@key"])
  type Book @key(fields: "isbn") { isbn: ID!  stars: Int }`
const OPEN = '{ books { isbn title stars } }'
const ALL = '{ books { isbn title stars notes cost rival } }'

const servers: Server[] = []
let folder: string
let supergraph: string
let supergraphUrl: string
let issuer: string
let gateway: Running
let url: string
let token: (claims: object, audience?: string) => Promise<string>

async function listen(answer: (path: string, body: string) => unknown): Promise<string> {
  const server = createServer(async (incoming, outgoing) => {
    let body = ''
    for await (const piece of incoming) body += piece
    const made = await answer(incoming.url!, body)
    outgoing.setHeader('content-type', typeof made === 'string' ? 'text/plain' : 'application/json')
    outgoing.end(typeof made === 'string' ? made : JSON.stringify(made))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  servers.push(server)
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function serve(sdl: string, resolvers: object): Promise<string> {
  const schema = buildSubgraphSchema({ typeDefs: parse(sdl), resolvers: resolvers as never })
  return listen((_path, body) => {
    const { query, variables } = JSON.parse(body) as { query: string; variables?: Record<string, unknown> }
    return graphql({ schema, source: query, ...(variables ? { variableValues: variables } : {}) })
  })
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'terrane-any-supergraph-'))
  const book = { isbn: '1', title: 'Plates', notes: 'n', cost: 3, rival: 'r' }
  const books = await serve(BOOKS, { Query: { books: () => [book] }, Book: { __resolveReference: async () => book } })
  const reviews = await serve(REVIEWS, {
    Book: { __resolveReference: async ({ isbn }: { isbn: string }) => ({ isbn }), stars: () => 5 },
  })
  const composed = composeServices([
    { name: 'books', url: books, typeDefs: parse(BOOKS) },
    { name: 'reviews', url: reviews, typeDefs: parse(REVIEWS) },
  ])
  supergraph = path.join(folder, 'supergraph.graphql')
  writeFileSync(supergraph, composed.supergraphSdl!)
  supergraphUrl = await listen(() => composed.supergraphSdl!)

  const { privateKey, publicKey } = await generateKeyPair('RS256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k', alg: 'RS256' }
  issuer = await listen(where =>
    where.startsWith('/.well-known') ? { issuer, jwks_uri: `${issuer}/keys` } : { keys: [jwk] },
  )
  token = (claims, audience = 'books') =>
    new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'k' })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject('anna')
      .setExpirationTime('5m')
      .sign(privateKey)
  gateway = terrane(['gateway', '--supergraph', supergraph, '--port', '0', '--json'], {
    TERRANE_HOME: path.join(folder, 'home'),
    TERRANE_ISSUER: issuer,
    TERRANE_AUDIENCE: 'books',
  })
  await gateway.says(/\}\n/)
  url = (JSON.parse(gateway.said()) as { url: string }).url
})

afterAll(async () => {
  await endAll()
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
  rmSync(folder, { recursive: true, force: true })
})

test('who must not get in: no token, another audience, no token at all', async () => {
  const visitor = await ask(url, ALL)
  expect(visitor.data).toEqual({
    books: [{ isbn: '1', title: 'Plates', stars: 5, notes: null, cost: null, rival: null }],
  })
  expect(visitor.errors.map(({ path, extensions }) => [path?.at(-1), extensions?.code])).toEqual(
    ['notes', 'cost', 'rival'].map(name => [name, 'UNAUTHORIZED_FIELD_OR_TYPE']),
  )
  expect((await ask(url, OPEN, await token({}, 'shoes'))).status).toBe(401)
  expect((await ask(url, OPEN, 'rubbish')).status).toBe(401)
})

test('fields without directives are open; the others to who has what they take', async () => {
  expect(await ask(url, OPEN)).toEqual({
    status: 200,
    data: { books: [{ isbn: '1', title: 'Plates', stars: 5 }] },
    errors: [],
  })
  const anna = await ask(url, ALL, await token({ scope: 'openid books:cost' }))
  expect(anna.data).toMatchObject({ books: [{ notes: 'n', cost: 3, rival: null }] })
})

test('a supergraph by its address; without an issuer everybody is a visitor, and it says so', async () => {
  const other = terrane(['gateway', '--supergraph', supergraphUrl, '--port', '0', '--workers', '0'], {
    TERRANE_HOME: path.join(folder, 'other'),
  })
  expect((await ask(await other.url(), OPEN)).data).toEqual({ books: [{ isbn: '1', title: 'Plates', stars: 5 }] })
  expect(other.said()).toMatch(/Everybody is a visitor/)
  expect(await other.stop()).toMatchObject({ exit: 0 })
  expect(existsSync(path.join(folder, 'other', 'gateway'))).toBe(false)
})

test('a taken port is two lines, and nothing is left running', async () => {
  const { port } = new URL(url)
  const { exit, err } = await terrane(['gateway', '--supergraph', supergraph, '--port', port], {
    TERRANE_HOME: path.join(folder, 'home'),
  }).end
  expect(exit).toBe(2)
  expect(err.trim().split('\n')).toEqual([expect.stringContaining(port), expect.stringMatching(/^ {2}\S/)])
})

test('what is no supergraph is refused with the reason', async () => {
  const file = path.join(folder, 'broken.graphql')
  writeFileSync(file, 'type Query { a: Int }')
  const { exit, err } = await terrane(['gateway', '--supergraph', file, '--port', '0'], {
    TERRANE_HOME: path.join(folder, 'home'),
  }).end
  expect(exit).toBe(2)
  expect(err).not.toMatch(/^ +at .*\.js:\d+/m)
  expect(readdirSync(folder)).toContain('broken.graphql')
})
