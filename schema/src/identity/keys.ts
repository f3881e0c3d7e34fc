import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises'
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
    await writeOnce(privateFile, JSON.stringify(jwk))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const privateJwk = JSON.parse(await readFile(privateFile, 'utf8')) as JWK
  const { d: _secret, ...publicJwk } = privateJwk
  const jwks = { keys: [publicJwk] }
  await writeFile(path.join(folder, 'gateway.jwks.json'), JSON.stringify(jwks))
  return { privateJwk, jwks }
}

/**
 * Of processes that start together one writes the file, and the others find it whole: a link appears at once or not at all.
 * @throws EEXIST where it is there already
 */
export async function writeOnce(file: string, text: string): Promise<void> {
  const written = `${file}.${crypto.randomUUID()}`
  await writeFile(written, text, { flag: 'wx', mode: 0o600 })
  try {
    await link(written, file)
  } finally {
    await unlink(written)
  }
}
