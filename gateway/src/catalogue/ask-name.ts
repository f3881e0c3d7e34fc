import { IDENTITY_HEADER, INTRODUCTION_PATH } from '@terrane/schema/identity/signed-identity'
import { type Problem, problem } from '@terrane/schema/problems'
import type { ProductIdentities } from '../supergraph/product-identities.js'
import { readJson } from '../supergraph/read-body.js'

/** What the product behind an address calls itself. It is shown an introduction, which is good for being told that and nothing else. */
export async function askName(
  url: string,
  identities: ProductIdentities,
): Promise<{ name: string } | { problem: Problem }> {
  const failed = (reason: string) => ({
    problem: problem('PRODUCT_UNREACHABLE', { product: 'to be registered', url, what: 'its name', reason }),
  })
  try {
    const response = await fetch(url + INTRODUCTION_PATH, {
      headers: { accept: 'application/json', [IDENTITY_HEADER]: await identities.introduction() },
      signal: AbortSignal.timeout(10_000),
    })
    const { name } = (await readJson(response)) as { name?: unknown }
    return typeof name === 'string' && /^[a-z][a-z0-9-]{0,62}$/.test(name)
      ? { name }
      : failed(`it does not say (status ${response.status})`)
  } catch (error) {
    const { message, cause } = error as Error
    return failed(cause instanceof Error && cause.message ? cause.message : message)
  }
}
