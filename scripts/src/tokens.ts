import { clientSecretFor, issueToken, PERSONAS } from '@terrane/gateway/authentication'
import { CommandFailure, Exit } from './terminal.js'

const LIFETIME_SECONDS = 3600
/** A product's token is made anew this long before it ends. */
const EARLY_SECONDS = 300

/** A token of the embedded identity provider, made offline from the key under `home`. */
export async function tokenFor(home: string, as: string): Promise<string> {
  const token = await issueToken({ home, as })
  if (token !== undefined) return token
  throw new CommandFailure(Exit.Usage, `There is no persona ${as}; there are ${PERSONAS.join(', ')}.`)
}

/** What a product's own process proves itself with at the embedded provider (client credentials). */
export async function secretOf(home: string, product: string): Promise<string> {
  const secret = await clientSecretFor(home, `product:${product}`)
  if (secret !== undefined) return secret
  throw new CommandFailure(Exit.Usage, `${product} is not a product's name.`)
}

/** Tokens of the products in this process, each as `product:<name>`; kept for most of their life. */
export function productTokens(home: string): (product: string) => Promise<string> {
  const known = new Map<string, { token: Promise<string>; until: number }>()
  return product => {
    const kept = known.get(product)
    if (kept && kept.until > Date.now()) return kept.token
    const token = issueToken({ home, as: `product:${product}`, seconds: LIFETIME_SECONDS }).then(made => {
      if (made === undefined) throw new TypeError(`${product} is not a product's name`)
      return made
    })
    known.set(product, { token, until: Date.now() + (LIFETIME_SECONDS - EARLY_SECONDS) * 1000 })
    token.catch(() => known.delete(product))
    return token
  }
}
