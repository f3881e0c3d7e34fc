import { createHmac } from 'node:crypto'
import { type DemoKeys, loadDemoKeys } from './demo-keys.js'
import { PRODUCT_SUBJECT } from './personas.js'

/** The secret of a product's client, `product:europe-sales`: never stored, derived from what is under TERRANE_HOME. */
export function clientSecret(keys: Pick<DemoKeys, 'clientSeed'>, clientId: string): string {
  return createHmac('sha256', keys.clientSeed).update(clientId).digest('base64url')
}

/** The same for who owns the provider's home, to hand it to the product's own process. Undefined for what is no product. */
export async function clientSecretFor(home: string, clientId: string): Promise<string | undefined> {
  return PRODUCT_SUBJECT.test(clientId) ? clientSecret(await loadDemoKeys(home), clientId) : undefined
}
