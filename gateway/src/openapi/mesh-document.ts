import type { Caller, ProductDecision } from '@terrane/schema/authorisation'
import { IDENTITY_HEADER } from '@terrane/schema/identity/signed-identity'
import {
  belowAddress,
  type Described,
  OPENAPI_PATH,
  type OpenApiDocument,
  openApiDocument,
} from '@terrane/schema/openapi'
import { BoundedMap } from '../bounded-map.js'
import type { Log } from '../log.js'
import type { ProductIdentities } from '../supergraph/product-identities.js'
import type { Product } from '../supergraph/products.js'
import { readText } from '../supergraph/read-body.js'
import { GATEWAY_TAG, gatewayPaths } from './gateway-paths.js'

const PATIENCE_MILLISECONDS = 5000
const KEPT_MILLISECONDS = 10_000
/** Products asked at once. */
const SIDE_BY_SIDE = 8
const LARGEST_BYTES = 5_000_000

export interface Asked {
  product: Product
  decision: ProductDecision
}

/**
 * The whole mesh as one OpenAPI document for one caller: what the gateway answers itself, and of every product what the
 * product tells this caller of its own ports. One that is silent, or older than this, costs itself only.
 */
export class MeshDocument {
  /** By product and decision: who may see the same is told the same. */
  private readonly told = new BoundedMap<string, { document: Promise<Described & Titled>; until: number }>(2000)

  constructor(
    private readonly identities: ProductIdentities,
    private readonly log: Log,
  ) {}

  async for(caller: Caller, asked: Asked[]): Promise<OpenApiDocument> {
    const parts = await sideBySide(asked, one => this.partOf(caller, one))
    return openApiDocument(
      {
        info: {
          title: 'The data mesh',
          version: '1',
          description: 'The HTTP ports of every data product that you may know of, as you may use them.',
        },
        servers: [{ url: '/' }],
        tags: [GATEWAY_TAG, ...parts.flatMap(({ tag }) => (tag ? [tag] : []))],
      },
      gatewayPaths(),
      ...parts,
    )
  }

  private partOf(caller: Caller, { product, decision }: Asked): Promise<Described & Titled> {
    const key = [decision.product, decision.policyVersion, decision.fingerprint, caller.authenticated].join(' ')
    const known = this.told.get(key)
    if (known && known.until > Date.now()) return known.document
    const document = this.ask(caller, product, decision)
    this.told.set(key, { document, until: Date.now() + KEPT_MILLISECONDS })
    return document
  }

  private async ask(
    caller: Caller,
    { info, endpoint }: Product,
    decision: ProductDecision,
  ): Promise<Described & Titled> {
    try {
      const response = await endpoint.fetch(
        new Request(`http://${endpoint.name}${OPENAPI_PATH}`, {
          headers: { [IDENTITY_HEADER]: await this.identities.of(caller, decision), accept: 'application/json' },
          signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
        }),
      )
      const text = await readText(response, LARGEST_BYTES)
      if (!response.ok) throw new Error(`status ${response.status}`)
      const document = JSON.parse(text) as Partial<OpenApiDocument>
      if (typeof document.openapi !== 'string' || typeof document.paths !== 'object') throw new Error('not OpenAPI')
      const tag = document.tags?.find(({ name }) => name === info.name)
      return {
        paths: belowAddress({ paths: document.paths }, info.address),
        schemas: document.components?.schemas ?? {},
        ...(tag ? { tag } : {}),
      }
    } catch (error) {
      const reason = (error as Error).message
      this.log({ level: 'warn', message: 'A product does not tell of its HTTP ports', product: info.name, reason })
      return { paths: {}, schemas: {} }
    }
  }
}

interface Titled {
  tag?: { name: string; description?: string }
}

async function sideBySide<One, Result>(all: One[], work: (one: One) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = []
  let next = 0
  const worker = async () => {
    for (let at = next++; at < all.length; at = next++) results[at] = await work(all[at]!)
  }
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker))
  return results
}
