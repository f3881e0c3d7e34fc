import type { Configuration } from '../configuration.js'
import { fine, type Looked, silent } from './finding.js'

const PATIENCE_MILLISECONDS = 5000

/** The services that the environment names: each is asked once. Secrets never show. */
export async function lookAtServices(configuration: Configuration): Promise<Looked[]> {
  const { databaseUrl, meshUrl, gatewayJwks, issuer, client } = configuration
  const looks: Promise<Looked>[] = []
  if (databaseUrl) looks.push(database(databaseUrl))
  if (meshUrl) looks.push(answers('mesh', `${meshUrl}/readyz`, 'TERRANE_MESH_URL'))
  if (gatewayJwks && /^https?:/.test(gatewayJwks))
    looks.push(answers('keys of the gateway', gatewayJwks, 'TERRANE_GATEWAY_JWKS'))
  if (issuer)
    looks.push(
      answers(
        'identity provider',
        issuer.jwksUrl ?? `${issuer.url.replace(/\/$/, '')}/.well-known/openid-configuration`,
        issuer.jwksUrl ? 'TERRANE_JWKS_URL' : 'TERRANE_ISSUER',
      ),
    )
  if (client && !meshUrl) looks.push(reached('tokens of products', client.tokenUrl, 'TERRANE_TOKEN_URL'))
  return Promise.all(looks)
}

async function database(url: string): Promise<Looked> {
  const { host, pathname } = new URL(url)
  const where = `${host}${pathname}`
  try {
    const { createConnection } = await import('mysql2/promise')
    const connection = await createConnection({ uri: url, connectTimeout: PATIENCE_MILLISECONDS })
    try {
      const [rows] = await connection.query('SELECT VERSION() AS version')
      return fine('database', `${where}, ${(rows as { version: string }[])[0]?.version ?? 'of an unknown version'}`)
    } finally {
      await connection.end()
    }
  } catch (error) {
    const { code = 'no answer' } = error as NodeJS.ErrnoException
    return silent('database', `${where} says ${code}`, 'Start it, or set TERRANE_DATABASE_URL right.')
  }
}

async function answers(what: string, url: string, variable: string): Promise<Looked> {
  const looked = await reached(what, url, variable)
  if (looked.state !== 'fine' || looked.found.endsWith(' 200')) return looked
  return silent(what, looked.found, `Look at its log, or set ${variable} right.`)
}

/** That something answers there at all, whatever it says. */
async function reached(what: string, url: string, variable: string): Promise<Looked> {
  const { origin, pathname } = new URL(url)
  const place = `${origin}${pathname}`
  try {
    const { status, body } = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MILLISECONDS) })
    await body?.cancel()
    return fine(what, `${place} answers ${status}`)
  } catch {
    return silent(what, `${place} does not answer`, `Start it, or set ${variable} right.`)
  }
}
