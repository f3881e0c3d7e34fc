import { GraphQLError } from 'graphql'
import type { Operation } from '../../executor/operation.js'
import { badInput } from '../page.js'
import type { VisibleProduct } from '../visible-product.js'
import type { AccessRequest } from './access-request.js'
import { type Decider, type GrantsAtProduct, ProductSilent } from './grants-at-product.js'
import type { RequestStore } from './request-store.js'
import { type Approval, type DecisionInput, decisionTerms, type RequestInput, requestTerms } from './terms.js'

/** Open ones of one subject. */
const MOST_OPEN = 100
/** As products keep the subject of a grant. */
const LONGEST_SUBJECT = 191

/** What the use of requests stands on. */
export interface AccessRequestParts {
  store: RequestStore
  grants: GrantsAtProduct
  /** A product's grants have changed: the next operation must see it. */
  grantsChanged: (product: string) => Promise<void>
}

/**
 * Access is asked for here and granted by the product. Who may decide follows from who may control the product now, whoever
 * that was when it was asked.
 */
export class AccessRequests {
  constructor(private readonly parts: AccessRequestParts) {}

  get store(): RequestStore {
    return this.parts.store
  }

  async request({ caller }: Operation, seen: VisibleProduct[], input: RequestInput): Promise<AccessRequest> {
    if (!caller.authenticated)
      throw new GraphQLError('Sign in to ask for access.', { extensions: { code: 'UNAUTHENTICATED' } })
    if (caller.subject.length > LONGEST_SUBJECT) throw badInput('Your subject is too long to be granted anything.')
    const request: AccessRequest = {
      ...requestTerms(seen, input),
      id: crypto.randomUUID(),
      requestedBy: caller.subject,
      requestedByName: caller.name?.slice(0, LONGEST_SUBJECT) ?? null,
      requestedAt: new Date().toISOString(),
      state: 'PENDING',
      ...{ claim: null, claimedAt: null, decidedBy: null, decidedAt: null, comment: null, grantedProperties: null },
      ...{ grantedUntil: null, rowFilter: null, masks: null, grantId: null },
    }
    const refused = await this.store.add(request, MOST_OPEN)
    if (refused === 'too many')
      throw badInput(`You have ${MOST_OPEN} open requests; wait for a decision, or withdraw one.`)
    if (refused) throw badInput(`You have asked for the same already: ${refused.id} is open.`)
    return request
  }

  async withdraw({ caller }: Operation, id: string): Promise<AccessRequest> {
    const request = await this.store.find(id)
    if (!caller.authenticated || request?.requestedBy !== caller.subject) throw unknown(id)
    if (!(await this.store.withdraw(id, caller.subject))) throw await this.tooLate(id)
    return (await this.store.find(id))!
  }

  async decide(operation: Operation, seen: VisibleProduct[], id: string, input: DecisionInput): Promise<AccessRequest> {
    const { caller } = operation
    const request = await this.store.find(id)
    const product = seen.find(({ name }) => name === request?.product)
    if (!request || !maySee(request, operation, product)) throw unknown(id)
    if (!product?.mayControl)
      throw new GraphQLError(`To decide takes the right to control ${request.product}.`, {
        extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE', requiredGrant: `${request.product}:control` },
      })
    const known = product.datasets.find(({ name }) => name === request.dataset)?.properties ?? []
    const terms = decisionTerms(request, known, input)
    const claim = crypto.randomUUID()
    if (!(await this.store.claim(id, claim))) throw await this.tooLate(id)

    const by: Decider = { caller, decision: operation.decisions.get(product.name)!, product: product.product }
    const granted = { grantId: undefined as string | undefined }
    try {
      // Somebody's decision broke off: what it may have granted is not what is decided now.
      if (request.claim !== null) await this.parts.grants.takeBack(by, request)
      if (terms.state !== 'DENIED') granted.grantId = await this.grant(by, request, terms)
    } catch (error) {
      // The claim stays until it is old: what a silent product has done is found out by the next decision.
      if (error instanceof ProductSilent)
        throw new GraphQLError(
          `The data product "${product.name}" did not answer; nothing is decided. Try again in a minute.`,
          { extensions: { code: 'SUBGRAPH_UNREACHABLE', subgraph: product.name } },
        )
      await this.store.release(id, claim)
      throw error
    }
    const decided = await this.store.decide(id, claim, {
      state: terms.state,
      decidedBy: caller.subject,
      decidedAt: new Date().toISOString(),
      comment: terms.comment,
      ...(terms.state === 'DENIED'
        ? {}
        : {
            grantedProperties: terms.properties,
            grantedUntil: terms.until,
            rowFilter: terms.rowFilter,
            masks: terms.masks,
            grantId: granted.grantId!,
          }),
    })
    if (!decided && granted.grantId !== undefined) await this.parts.grants.takeBack(by, request)
    if (granted.grantId !== undefined || request.claim !== null) await this.parts.grantsChanged(product.name)
    if (!decided) throw await this.tooLate(id)
    return (await this.store.find(id))!
  }

  private async grant(by: Decider, request: AccessRequest, terms: Approval): Promise<string> {
    const answer = await this.parts.grants.put(by, request, terms)
    if ('grantId' in answer) return answer.grantId
    if (answer.refused === 'malformed') throw badInput(answer.message)
    throw new GraphQLError(answer.message, { extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } })
  }

  private async tooLate(id: string): Promise<GraphQLError> {
    const now = await this.store.find(id)
    const message =
      now?.state === 'PENDING'
        ? 'Somebody else is deciding this request right now.'
        : `This request is ${now?.state.toLowerCase().replace('_', ' ')} already.`
    return new GraphQLError(message, { extensions: { code: 'CONFLICT', state: now?.state } })
  }
}

/** Those who asked, and those who control or observe the product and may know of the dataset. */
export function maySee(request: AccessRequest, { caller }: Operation, product: VisibleProduct | undefined): boolean {
  if (caller.authenticated && request.requestedBy === caller.subject) return true
  if (!product || !(product.mayControl || product.mayObserve)) return false
  return product.datasets.some(({ name }) => name === request.dataset)
}

/** What may not be seen is not there. */
const unknown = (id: string) => badInput(`There is no access request ${JSON.stringify(id.slice(0, 100))}.`)
