import type { DataProductInfo } from '@terrane/schema'
import type { ProductPolicy } from '@terrane/schema/authorisation'
import { type Fingerprint, hashOf } from '@terrane/schema/compatibility/fingerprint'
import { IDENTITY_HEADER } from '@terrane/schema/identity/signed-identity'
import { type Problem, problem } from '@terrane/schema/problems'
import { fetchPolicy } from '../authorisation/embedded.js'
import type { ProductEndpoint } from '../gateway.js'
import type { ProductIdentities } from './product-identities.js'
import { readJson } from './read-body.js'

export const DISCOVERY_PATH = '/.well-known/data-product'
const PATIENCE_MILLISECONDS = 10_000

/** What the mesh keeps of a product: enough to compose it, decide about it and list it, even while it is away. */
export interface ProductFacts {
  sdl: string
  policy: ProductPolicy
  info: ProductSummary
}

/** Of `DataProductInfo` what lists and addresses need. */
export type ProductSummary = Pick<
  DataProductInfo,
  'name' | 'version' | 'domain' | 'address' | 'description' | 'tags'
> & {
  title?: string
  owner: { name?: string }
  datasets: Pick<
    DataProductInfo['datasets'][number],
    'name' | 'field' | 'version' | 'address' | 'contract' | 'description'
  >[]
  /** Input ports that other products feed, by the contract they read. Facts remembered from older gateways lack them. */
  fedBy?: { port: string; contractId: string }[]
}

/** Asks a product for all of it, as the mesh itself. What was `checked` before must be what is read now. */
export async function readProduct(
  endpoint: ProductEndpoint,
  identities: ProductIdentities,
  checked?: Fingerprint,
): Promise<{ facts?: ProductFacts; problems: Problem[] }> {
  const failed = (what: string) => (error: unknown) =>
    problem('PRODUCT_UNREACHABLE', { product: endpoint.name, url: endpoint.url, what, reason: reasonOf(error) })
  const problems: Problem[] = []
  const collect = async <T>(what: string, reading: Promise<T>): Promise<T | undefined> => {
    try {
      return await reading
    } catch (error) {
      problems.push(failed(what)(error))
      return undefined
    }
  }
  const [sdl, held, info] = await Promise.all([
    collect('its schema', readSdl(endpoint, identities)),
    collect('its policy', fetchPolicy(endpoint, identities)),
    collect('what it is', readInfo(endpoint, identities)),
  ])
  if (sdl === undefined || info === undefined || held === undefined || held === 'unchanged') return { problems }
  const another = (what: string) => problem('CHECKED_ANOTHER', { product: endpoint.name, what })
  if (checked && checked.sdl !== hashOf(sdl)) return { problems: [another('graph')] }
  if (checked && checked.contracts !== held.policy.contracts) return { problems: [another('contract')] }
  return { facts: { sdl, policy: held.policy, info }, problems }
}

async function readSdl(endpoint: ProductEndpoint, identities: ProductIdentities): Promise<string> {
  const response = await endpoint.fetch(
    new Request(`http://${endpoint.name}/graphql`, {
      method: 'POST',
      headers: {
        [IDENTITY_HEADER]: await identities.ofGateway(endpoint.name),
        'content-type': 'application/json',
        accept: 'application/json',
      },
      body: JSON.stringify({ query: '{ _service { sdl } }' }),
      signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
    }),
  )
  const answer = (await readJson(response)) as {
    data?: { _service?: { sdl?: unknown } }
    errors?: { message: string }[]
  }
  const sdl = answer.data?._service?.sdl
  if (typeof sdl !== 'string') throw new Error(answer.errors?.[0]?.message ?? `status ${response.status}`)
  return sdl
}

async function readInfo(endpoint: ProductEndpoint, identities: ProductIdentities): Promise<ProductSummary> {
  const response = await endpoint.fetch(
    new Request(`http://${endpoint.name}${DISCOVERY_PATH}`, {
      headers: { [IDENTITY_HEADER]: await identities.ofGateway(endpoint.name), accept: 'application/json' },
      signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
    }),
  )
  if (!response.ok) throw new Error(`status ${response.status}`)
  const info = (await readJson(response)) as DataProductInfo
  if (info.name !== endpoint.name) throw new Error(`it calls itself ${JSON.stringify(info.name)}`)
  return {
    name: info.name,
    version: info.version,
    domain: info.domain,
    address: info.address,
    tags: info.tags ?? [],
    owner: info.owner?.name === undefined ? {} : { name: info.owner.name },
    ...(info.title === undefined ? {} : { title: info.title }),
    ...(info.description === undefined ? {} : { description: info.description }),
    datasets: (info.datasets ?? []).map(({ name, field, version, address, contract, description }) => ({
      name,
      field,
      version,
      address,
      contract,
      ...(description === undefined ? {} : { description }),
    })),
    fedBy: (info.inputPorts ?? [])
      .filter(({ kind }) => kind === 'product')
      .map(({ name, contractId }) => ({ port: name, contractId })),
  }
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error
  return cause instanceof Error && cause.message ? `${message} (${cause.message})` : message
}
