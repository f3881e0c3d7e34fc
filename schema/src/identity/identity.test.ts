import { mkdtemp, rm, stat } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { exportJWK, generateKeyPair, importJWK, SignJWT, UnsecuredJWT } from 'jose'
import { VISITOR } from '../authorisation/policy.js'
import { type GatewayKeys, IdentitySigner, IdentityVerifier, loadOrCreateKeys, type SignedIdentity } from './index.js'

const identity: SignedIdentity = {
  caller: VISITOR,
  decision: { product: 'uk-sales', policyVersion: '1', discover: true, actions: [], datasets: {}, fingerprint: 'f' },
}

let home: string
let keys: GatewayKeys
beforeAll(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'terrane-identity-'))
  keys = await loadOrCreateKeys(home)
})
afterAll(() => rm(home, { recursive: true, force: true }))

const verify = (token: string, product = 'uk-sales') => new IdentityVerifier(keys.jwks, product).verify(token)
const said = (what: unknown = identity) => deflateRawSync(JSON.stringify(what)).toString('base64url')
const signed = async (change: (token: SignJWT) => SignJWT, key = keys.privateJwk) =>
  change(new SignJWT({ said: said() }).setProtectedHeader({ alg: 'EdDSA', kid: keys.privateJwk.kid! })).sign(
    await importJWK(key, 'EdDSA'),
  )

describe('the signed identity', () => {
  it('is refused forged, expired, endless, unsigned, for another product, from another issuer', async () => {
    const foreign = await exportJWK((await generateKeyPair('EdDSA', { extractable: true })).privateKey)
    const good = (token: SignJWT) => token.setIssuer('terrane-gateway').setAudience('uk-sales').setExpirationTime('60s')
    expect(await verify(await signed(good))).toEqual(identity)
    expect(await verify(await signed(good, foreign))).toBeUndefined()
    expect(await verify(await signed(token => good(token).setExpirationTime(1)))).toBeUndefined()
    expect(
      await verify(await signed(token => token.setIssuer('terrane-gateway').setAudience('uk-sales'))),
    ).toBeUndefined()
    expect(await verify(await signed(token => good(token).setIssuer('elsewhere')))).toBeUndefined()
    expect(await verify(await signed(token => good(token).setAudience('fr-sales')))).toBeUndefined()
    expect(await verify(await signed(good), 'fr-sales')).toBeUndefined()
    const unsigned = new UnsecuredJWT({ said: said() })
      .setIssuer('terrane-gateway')
      .setAudience('uk-sales')
      .setExpirationTime('60s')
      .encode()
    expect(await verify(unsigned)).toBeUndefined()
    expect(await verify('nonsense')).toBeUndefined()
  })

  it('does not speak for one product where it was decided for another', async () => {
    const token = await new IdentitySigner(keys.privateJwk).sign(identity, 'fr-sales')
    expect(await new IdentityVerifier(keys.jwks, 'fr-sales').verify(token)).toBeUndefined()
  })

  it('an introduction is believed as such alone, and no identity is one', async () => {
    const signer = new IdentitySigner(keys.privateJwk)
    const verifier = new IdentityVerifier(keys.jwks, 'uk-sales')
    const introduction = await signer.introduce()
    expect(await verifier.isIntroduction(introduction)).toBe(true)
    expect(await verifier.verify(introduction)).toBeUndefined()
    expect(await verifier.isIntroduction(await signer.sign(identity, 'uk-sales'))).toBe(false)
    const foreign = await exportJWK((await generateKeyPair('EdDSA', { extractable: true })).privateKey)
    expect(await verifier.isIntroduction(await new IdentitySigner(foreign).introduce())).toBe(false)
  })

  it('keeps one key for a home, for its owner only', async () => {
    const [again, third] = await Promise.all([loadOrCreateKeys(home), loadOrCreateKeys(home)])
    expect(again).toEqual(keys)
    expect(third).toEqual(keys)
    expect(keys.jwks.keys[0]).not.toHaveProperty('d')
    expect((await stat(path.join(home, 'identity', 'gateway.private.jwk.json'))).mode & 0o077).toBe(0)
  })
})
