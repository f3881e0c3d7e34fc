import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { writeOnce } from '@terrane/schema/identity/keys'
import { exportJWK, generateKeyPair, type JSONWebKeySet, type JWK } from 'jose'

/** Signatures of the embedded provider. */
export const DEMO_ALGORITHM = 'ES256'

export interface DemoIssuer {
  issuer: string
  audience: string
}

export interface DemoKeys {
  /** With its private part. */
  signing: JWK
  jwks: JSONWebKeySet
  cookieKeys: string[]
  /** What the secrets of the products' clients are derived from. */
  clientSeed: string
}

/** The embedded provider's keys under `<home>/identity/`; made on first use, readable by their owner only. */
export async function loadDemoKeys(home: string): Promise<DemoKeys> {
  const file = path.join(home, 'identity', 'provider.private.json')
  await mkdir(path.dirname(file), { recursive: true })
  try {
    const { privateKey } = await generateKeyPair(DEMO_ALGORITHM, { extractable: true })
    const signing = { ...(await exportJWK(privateKey)), alg: DEMO_ALGORITHM, use: 'sig', kid: crypto.randomUUID() }
    const made = { signing, cookieKeys: [secret()], clientSeed: secret() }
    await writeOnce(file, JSON.stringify(made))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const kept = JSON.parse(await readFile(file, 'utf8')) as Omit<DemoKeys, 'jwks'>
  const { d: _secret, ...publicJwk } = kept.signing
  return { ...kept, jwks: { keys: [publicJwk] } }
}

/** Written when the demo's gateway starts, so that tokens made offline are the ones it takes. */
export async function writeIssuer(home: string, issuer: DemoIssuer): Promise<void> {
  await mkdir(path.join(home, 'identity'), { recursive: true })
  await writeFile(issuerFile(home), JSON.stringify(issuer))
}

/** Undefined where no demo gateway ever started with this home. */
export async function readIssuer(home: string): Promise<DemoIssuer | undefined> {
  try {
    return JSON.parse(await readFile(issuerFile(home), 'utf8')) as DemoIssuer
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

const issuerFile = (home: string) => path.join(home, 'identity', 'issuer.json')
const secret = () => randomBytes(32).toString('base64url')
