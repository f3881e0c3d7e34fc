import { generateKeyPair } from 'node:crypto'
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import type { JSONWebKeySet, JWK } from 'jose'

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
  const privateJwk = JSON.parse(await readFile(privateFile, 'utf8').catch(() => createKey(privateFile))) as JWK
  const { d: _secret, ...publicJwk } = privateJwk
  const jwks = { keys: [publicJwk] }
  await writeFile(path.join(folder, 'gateway.jwks.json'), JSON.stringify(jwks))
  return { privateJwk, jwks }
}

/** Gives what stands in the file: of processes that start together, the key of the first. */
async function createKey(file: string): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('ed25519')
  const jwk = { ...privateKey.export({ format: 'jwk' }), alg: 'EdDSA', use: 'sig', kid: crypto.randomUUID() }
  try {
    await writeOnce(file, JSON.stringify(jwk))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return readFile(file, 'utf8')
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
