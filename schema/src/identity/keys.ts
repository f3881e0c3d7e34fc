import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { exportJWK, generateKeyPair, type JSONWebKeySet, type JWK } from 'jose'

export interface GatewayKeys {
  privateJwk: JWK
  jwks: JSONWebKeySet
}

/**
 * The gateway's signing key under `<home>/identity/`: made on first use, readable by its owner only. The public half
 * stands beside it as a JWKS, for products that run as processes of their own.
 */
export async function loadOrCreateKeys(home: string): Promise<GatewayKeys> {
  const folder = path.join(home, 'identity')
  const privateFile = path.join(folder, 'gateway.private.jwk.json')
  await mkdir(folder, { recursive: true })
  try {
    const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })
    const jwk = { ...(await exportJWK(privateKey)), alg: 'EdDSA', use: 'sig', kid: crypto.randomUUID() }
    // `wx`: of two processes that start together one makes the key, the other reads it.
    await writeFile(privateFile, JSON.stringify(jwk), { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const privateJwk = JSON.parse(await readFile(privateFile, 'utf8')) as JWK
  const { d: _secret, ...publicJwk } = privateJwk
  const jwks = { keys: [publicJwk] }
  await writeFile(path.join(folder, 'gateway.jwks.json'), JSON.stringify(jwks))
  return { privateJwk, jwks }
}
