import { createHmac, generateKeyPairSync } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { IDENTITY_HEADER, IdentitySigner } from '@terrane/schema'
import { type CryptoKey, importJWK, type JWTPayload, SignJWT } from 'jose'
import { geography, SmallMesh, ukSales } from './small-mesh.js'
import type { SmallProduct } from './small-product.js'

let mesh: SmallMesh
let uk: SmallProduct
let claims: { issuer: string; audience: string }
let signing: { key: CryptoKey; kid: string; publicJwk: Record<string, unknown> }

beforeAll(async () => {
  mesh = await SmallMesh.start(trust => {
    uk = ukSales(trust)
    return [uk, geography(trust)]
  })
  const identity = path.join(mesh.home, 'identity')
  claims = JSON.parse(await readFile(path.join(identity, 'issuer.json'), 'utf8'))
  const { signing: jwk } = JSON.parse(await readFile(path.join(identity, 'provider.private.json'), 'utf8'))
  const { d: _d, ...publicJwk } = jwk
  signing = { key: (await importJWK(jwk, 'ES256')) as CryptoKey, kid: jwk.kid, publicJwk }
})
afterAll(() => mesh.stop())

const QUESTION = '{ ukSales { orders { nodes { orderId } } } }'

function token(change: { payload?: JWTPayload; issuer?: string; audience?: string; expires?: string | number }) {
  return new SignJWT({ roles: ['steward'], ...change.payload })
    .setProtectedHeader({ alg: 'ES256', kid: signing.kid })
    .setIssuer(change.issuer ?? claims.issuer)
    .setAudience(change.audience ?? claims.audience)
    .setSubject('steward')
    .setIssuedAt()
    .setExpirationTime(change.expires ?? '5m')
}

async function refused(authorization: string) {
  const before = uk.asked.length
  const answer = await mesh.ask(QUESTION, authorization)
  expect(answer.status).toBe(401)
  expect(answer.headers.get('content-type')).toContain('application/json')
  expect(answer.errors?.[0]?.extensions).toEqual({ code: 'UNAUTHENTICATED' })
  expect(answer.data).toBeUndefined()
  expect(uk.asked).toHaveLength(before)
}

const unsigned = (header: object, payload: object) =>
  [header, payload].map(part => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
const payload = () => ({
  iss: claims.issuer,
  aud: claims.audience,
  sub: 'steward',
  roles: ['steward'],
  exp: Math.floor(Date.now() / 1000) + 300,
})

describe('tokens that are refused', () => {
  test('the token made here is good, so that each of the others fails for its one difference', async () => {
    const answer = await mesh.ask(QUESTION, `Bearer ${await token({}).sign(signing.key)}`)
    expect(answer.errors).toBeUndefined()
    expect(answer.status).toBe(200)
  })

  test('expired', async () => {
    await refused(`Bearer ${await token({ expires: Math.floor(Date.now() / 1000) - 60 }).sign(signing.key)}`)
  })

  test('without expiry', async () => {
    const jwt = new SignJWT({ roles: ['steward'] })
      .setProtectedHeader({ alg: 'ES256', kid: signing.kid })
      .setIssuer(claims.issuer)
      .setAudience(claims.audience)
      .setSubject('steward')
    await refused(`Bearer ${await jwt.sign(signing.key)}`)
  })

  test('of another issuer, for another audience', async () => {
    await refused(`Bearer ${await token({ issuer: 'https://elsewhere.example' }).sign(signing.key)}`)
    await refused(`Bearer ${await token({ audience: 'another-api' }).sign(signing.key)}`)
  })

  test('signed by somebody else, under the right key id', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    await refused(`Bearer ${await token({}).sign(privateKey)}`)
  })

  test('unsigned (alg none)', async () => {
    await refused(`Bearer ${unsigned({ alg: 'none' }, payload())}.`)
  })

  test('HS256 with the public key as the secret', async () => {
    for (const secret of [JSON.stringify(signing.publicJwk), String(signing.publicJwk.x)]) {
      const said = unsigned({ alg: 'HS256', kid: signing.kid }, payload())
      const signature = createHmac('sha256', secret).update(said).digest('base64url')
      await refused(`Bearer ${said}.${signature}`)
    }
  })

  test('changed after signing', async () => {
    const [header, , signature] = (await token({}).sign(signing.key)).split('.')
    const changed = Buffer.from(JSON.stringify({ ...payload(), roles: ['admin'] })).toString('base64url')
    await refused(`Bearer ${header}.${changed}.${signature}`)
  })

  test('nonsense, and other schemes', async () => {
    for (const header of ['Bearer nonsense', 'Bearer ', 'Bearer a.b.c', 'Basic YWRtaW46YWRtaW4=', 'Bearer x y'])
      await refused(header)
  })

  test('the gateway’s own signature for products is no token', async () => {
    const decision = uk.policy()
    const identity = await new IdentitySigner(mesh.keys.privateJwk).sign(
      {
        caller: { subject: 'user:eve', authenticated: true, roles: ['steward'], scopes: [] },
        decision: {
          product: decision.product,
          policyVersion: '',
          discover: true,
          actions: [],
          datasets: {},
          fingerprint: '',
        },
      },
      'uk-sales',
    )
    await refused(`Bearer ${identity}`)
  })
})

describe('identities that cannot be made up', () => {
  test('a person called product:… is not the machine', async () => {
    uk.grants = [...uk.options.grants, { ...uk.options.grants[0]!, id: 'machine', subject: 'product:europe-sales' }]
    const asPerson = token({ payload: { roles: [], sub: 'product:europe-sales', client_id: 'some-app' } })
    const jwt = await asPerson.setSubject('product:europe-sales').sign(signing.key)
    const answer = await mesh.ask('{ ukSales { orders { nodes { orderId } } } }', `Bearer ${jwt}`)
    expect(answer.errors?.[0]?.extensions.code).toBe('UNAUTHORIZED_FIELD_OR_TYPE')
    const machine = await mesh.ask('{ ukSales { orders { nodes { orderId } } } }', 'product:europe-sales')
    expect(machine.errors).toBeUndefined()
    expect(uk.asked.at(-1)?.identity?.caller.subject).toBe('product:europe-sales')
    uk.grants = uk.options.grants
  })

  test('an identity header of the client’s own goes nowhere', async () => {
    const forged = await new IdentitySigner(mesh.keys.privateJwk).sign(
      {
        caller: { subject: 'user:eve', authenticated: true, roles: ['steward'], scopes: [] },
        decision: {
          product: 'uk-sales',
          policyVersion: '',
          discover: true,
          actions: ['control'],
          datasets: {},
          fingerprint: '',
        },
        gateway: true,
      },
      'uk-sales',
    )
    const authorization = `Bearer ${await mesh.token('analyst')}`
    const response = await fetch(`${mesh.gateway.url}/data/europe/uk/uk-sales/1/orders/1.csv`, {
      headers: { authorization, [IDENTITY_HEADER]: forged },
    })
    expect(await response.json()).toMatchObject({ subject: 'user:analyst' })
  })

  test('the visitor persona is a visitor', async () => {
    const answer = await mesh.ask('{ ukSales { orders { nodes { orderId } } } }', 'visitor')
    expect(answer.errors?.[0]?.message).toBe('Cannot query field "ukSales" on type "Query".')
  })
})

describe('the embedded provider', () => {
  test('gives a product its token for its secret, and nobody for another', async () => {
    const { clientSeed } = JSON.parse(
      await readFile(path.join(mesh.home, 'identity', 'provider.private.json'), 'utf8'),
    ) as { clientSeed: string }
    const secret = createHmac('sha256', clientSeed).update('product:europe-sales').digest('base64url')
    const ask = (password: string) =>
      fetch(`${mesh.gateway.url}/oidc/token`, {
        method: 'POST',
        headers: {
          authorization: `Basic ${Buffer.from(`product%3Aeurope-sales:${password}`).toString('base64')}`,
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: 'grant_type=client_credentials',
      })
    expect((await ask('wrong')).status).toBe(401)
    const granted = await ask(secret)
    expect(granted.status).toBe(200)
    const { access_token } = (await granted.json()) as { access_token: string }
    await mesh.ask('{ ukSales { publication } }', `Bearer ${access_token}`)
    expect(uk.asked.at(-1)?.identity?.caller.subject).toBe('product:europe-sales')
  })

  test('signs people in by code and PKCE, for the gateway and nobody else', async () => {
    const begin = async (change: Record<string, string>) => {
      const parameters = {
        ...{ client_id: 'terrane-gateway', response_type: 'code', scope: 'openid' },
        redirect_uri: `${mesh.gateway.url}/auth/callback`,
        ...{ code_challenge: 'a'.repeat(43), code_challenge_method: 'S256' },
        ...change,
      }
      const url = `${mesh.gateway.url}/oidc/auth?${new URLSearchParams(parameters)}`
      const response = await fetch(url, { redirect: 'manual' })
      return { status: response.status, to: response.headers.get('location') ?? '' }
    }
    expect((await begin({})).to).toContain('/oidc/interaction/')
    expect((await begin({ code_challenge: '' })).to).toContain('error=invalid_request')
    expect((await begin({ code_challenge_method: 'plain' })).to).toContain('error=invalid_request')
    expect((await begin({ response_type: 'token' })).to).toContain('error=unsupported_response_type')
    for (const [name, value] of [
      ['redirect_uri', 'https://evil.example/auth/callback'],
      ['client_id', 'somebody'],
    ] as const)
      expect(await begin({ [name]: value })).toEqual({ status: 400, to: '' })
  })

  test('describes itself', async () => {
    const response = await fetch(`${claims.issuer}/.well-known/openid-configuration`)
    expect(await response.json()).toMatchObject({ issuer: claims.issuer, token_endpoint: `${claims.issuer}/token` })
  })

  test('gives personas their tokens in the demo only', async () => {
    const ask = (url: string, as: string) =>
      fetch(`${url}/demo/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ as }),
      })
    expect((await ask(mesh.gateway.url, 'nobody')).status).toBe(400)
    const { token } = (await (await ask(mesh.gateway.url, 'steward')).json()) as { token: string }
    expect((await mesh.ask(QUESTION, `Bearer ${token}`)).errors).toBeUndefined()
    const production = await SmallMesh.start(() => [], { demo: false })
    expect((await ask(production.gateway.url, 'steward')).status).toBe(404)
    expect((await production.ask('{ mesh { products { totalCount } } }', `Bearer ${token}`)).status).toBe(401)
    await production.stop()
  })
})
