import { serverAudits } from 'graphql-http'
import { geography, SmallMesh, ukSales } from './small-mesh.js'

/** GraphQL over HTTP by the specification's own audit suite, against the gateway as it is served. */

let mesh: SmallMesh
beforeAll(async () => {
  mesh = await SmallMesh.start(trust => [ukSales(trust), geography(trust)])
})
afterAll(() => mesh.stop())

/** Recommendations and options that are not met, each with its reason. */
const NOT_MET: Record<string, string> = {
  // A page of another origin can send such a GET without asking first; whoever is no browser sets a header (see below).
  '5A70': 'MAY accept application/x-www-form-urlencoded formatted GET requests',
  D6D5: 'MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting application/graphql-response+json',
  '6A70': 'MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting application/json',
}

async function notMet(headers: Record<string, string>): Promise<Record<string, string>> {
  const audits = serverAudits({
    url: `${mesh.gateway.url}/graphql`,
    fetchFn: (url: string, init: RequestInit = {}) =>
      fetch(url, { ...init, headers: { ...(init.headers as Record<string, string>), ...headers } }),
  })
  expect(audits.length).toBeGreaterThan(50)
  const failed: Record<string, string> = {}
  // Twice: what is known already is answered another way than what is met for the first time.
  for (const audit of [...audits, ...audits]) {
    const { status, id, name } = await audit.fn()
    if (status !== 'ok') failed[id] = name
  }
  return failed
}

test.each([
  ['a visitor', undefined],
  ['an analyst', 'analyst'],
])('%s is answered as the specification says', async (_, as) => {
  expect(await notMet(as ? { authorization: `Bearer ${await mesh.token(as)}` } : {})).toEqual(NOT_MET)
})

test('who shows that the request is no form of another site meets all of it', async () => {
  expect(await notMet({ 'apollo-require-preflight': 'yes' })).toEqual({})
})

test('a token that is no good is refused before any of it', async () => {
  for (const accept of ['application/json', 'application/graphql-response+json', '*/*']) {
    const answer = await fetch(`${mesh.gateway.url}/graphql`, {
      method: 'POST',
      headers: { accept, 'content-type': 'application/json', authorization: 'Bearer nonsense' },
      body: JSON.stringify({ query: '{' }),
    })
    expect([answer.status, ((await answer.json()) as Refusal).errors[0]!.extensions]).toEqual([
      401,
      { code: 'UNAUTHENTICATED' },
    ])
  }
})

interface Refusal {
  data?: unknown
  errors: { message: string; locations?: { line: number; column: number }[]; extensions: { code: string } }[]
}

describe('an answer in parts is refused, at the place where it is asked for', () => {
  const DEFERRED = '{ ukSales { ... @defer { publication } } }'
  const questions: [string, string, { line: number; column: number }][] = [
    [DEFERRED, 'defer', { line: 1, column: 17 }],
    ['{ ukSales { ... @defer(if: false) { publication } } }', 'defer', { line: 1, column: 17 }],
    ['query ($late: Boolean!) { ukSales { ... @defer(if: $late) { publication } } }', 'defer', { line: 1, column: 41 }],
    [
      '{ ukSales { ...F } }\nfragment F on UkSales { ... @defer(label: "l") { publication } }',
      'defer',
      { line: 2, column: 29 },
    ],
    ['query A { ukSales { ...F @defer } }\nfragment F on UkSales { publication }', 'defer', { line: 1, column: 26 }],
    ['{ ukSales { orders { nodes @stream(initialCount: 1) { orderId } } } }', 'stream', { line: 1, column: 28 }],
    ['{ ukSales { orders { nodes @stream(if: false) { orderId } } } }', 'stream', { line: 1, column: 28 }],
  ]

  test.each(questions)('%s', async (query, directive, location) => {
    const authorization = `Bearer ${await mesh.token('steward')}`
    for (const accept of [
      'application/json',
      'application/graphql-response+json',
      'multipart/mixed;deferSpec=20220824,application/graphql-response+json,application/json;q=0.9',
      'multipart/mixed; deferSpec=20220824',
      'multipart/mixed',
    ])
      for (const method of ['GET', 'POST', 'POST']) {
        const headers = { accept, authorization, 'content-type': 'application/json' }
        const url = `${mesh.gateway.url}/graphql`
        const variables = { late: true }
        const answer = await (method === 'GET'
          ? fetch(`${url}?${new URLSearchParams({ query, variables: JSON.stringify(variables) })}`, { headers })
          : fetch(url, { method, headers, body: JSON.stringify({ query, variables }) }))
        expect([answer.status, await answer.json()]).toEqual([
          400,
          {
            errors: [
              {
                message: `The gateway answers an operation as a whole: leave @${directive} away.`,
                locations: [location],
                extensions: { code: 'INCREMENTAL_DELIVERY_UNSUPPORTED' },
              },
            ],
          } satisfies Refusal,
        ])
      }
  })

  test('and without it the same question is answered whole, also to who would take parts', async () => {
    const answer = await fetch(`${mesh.gateway.url}/graphql`, {
      method: 'POST',
      headers: {
        accept: 'multipart/mixed;deferSpec=20220824,application/json',
        authorization: `Bearer ${await mesh.token('steward')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ query: DEFERRED.replace('@defer', '') }),
    })
    expect([answer.status, await answer.json()]).toMatchObject([200, { data: { ukSales: { publication: 1 } } }])
  })
})
