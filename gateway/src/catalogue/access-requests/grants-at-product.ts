import type { Caller, ProductDecision } from '@terrane/schema/authorisation'
import { IDENTITY_HEADER } from '@terrane/schema/identity/signed-identity'
import type { ProductIdentities } from '../../supergraph/product-identities.js'
import type { Product } from '../../supergraph/products.js'
import { readJson } from '../../supergraph/read-body.js'
import type { AccessRequest } from './access-request.js'
import type { Approval } from './terms.js'

const PATIENCE_MILLISECONDS = 20_000

export type Granted =
  | { grantId: string }
  /** It answered, and gave nothing: why, in words for the one who decides. */
  | { refused: 'forbidden' | 'malformed'; message: string }

/** A product did not answer: whether it has granted something nobody knows. */
export class ProductSilent extends Error {}

/** The product's control port, in the name of the one who decides: the product itself judges whether they may, and audits it. */
export class GrantsAtProduct {
  constructor(private readonly identities: ProductIdentities) {}

  async put(by: Decider, request: AccessRequest, approval: Approval): Promise<Granted> {
    const { properties, rowFilter, masks, until } = approval
    const response = await this.call(by, 'PUT', '', {
      subject: request.requestedBy,
      actions: ['read'],
      dataset: request.dataset,
      properties,
      ...(rowFilter === null ? {} : { rowFilter }),
      ...(masks === null ? {} : { masks }),
      ...(until === null ? {} : { until }),
      reason: reasonOf(request),
    })
    const answer = (await readJson(response).catch(() => ({}))) as {
      id?: unknown
      detail?: unknown
      problems?: unknown
    }
    if (response.ok && typeof answer.id === 'string') return { grantId: answer.id }
    if (response.status === 403)
      return { refused: 'forbidden', message: String(answer.detail ?? `${request.product} refused.`) }
    if (response.status === 422 || response.status === 400) return { refused: 'malformed', message: wordsIn(answer) }
    throw new ProductSilent(`status ${response.status}`)
  }

  /** Takes back what a decision that broke off may have granted. */
  async takeBack(by: Decider, request: AccessRequest): Promise<void> {
    const response = await this.call(by, 'GET', '')
    if (!response.ok) throw new ProductSilent(`status ${response.status}`)
    const { grants } = (await readJson(response)) as { grants?: { id: string; reason?: string }[] }
    for (const { id, reason } of grants ?? [])
      if (reason?.startsWith(markOf(request))) await this.call(by, 'DELETE', `/${encodeURIComponent(id)}`)
  }

  private async call({ caller, decision, product }: Decider, method: string, below: string, body?: object) {
    const { endpoint, info } = product
    try {
      return await endpoint.fetch(
        new Request(`http://${endpoint.name}${info.address}/control/grants${below}`, {
          method,
          headers: {
            [IDENTITY_HEADER]: await this.identities.of(caller, decision),
            accept: 'application/json',
            ...(body ? { 'content-type': 'application/json' } : {}),
          },
          ...(body ? { body: JSON.stringify(body) } : {}),
          signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
        }),
      )
    } catch (error) {
      throw new ProductSilent((error as Error).message)
    }
  }
}

export interface Decider {
  caller: Caller
  decision: ProductDecision
  product: Product
}

const markOf = ({ id }: AccessRequest) => `Access request ${id}`
/** As long as a product takes it. */
const reasonOf = (request: AccessRequest) => `${markOf(request)}: ${request.reason}`.slice(0, 2000)

function wordsIn({ problems, detail }: { problems?: unknown; detail?: unknown }): string {
  if (!Array.isArray(problems)) return String(detail ?? 'The product does not take this grant.')
  return (problems as { message?: string; hint?: string }[])
    .map(({ message = '', hint = '' }) => `${message} ${hint}`.trim())
    .join(' ')
}
