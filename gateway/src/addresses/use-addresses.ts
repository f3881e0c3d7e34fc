import { atMajor, majorlessAddresses, type ParsedAddress, parseAddress } from '@terrane/schema/addresses'
import type { ProductDecision } from '@terrane/schema/authorisation'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { DecisionPoint } from '../authorisation/decision-point.js'
import type { GatewayLimits } from '../gateway.js'
import type { Log } from '../log.js'
import type { Part } from '../plugins/part.js'
import { problemJson } from '../problem-json.js'
import type { ProductIdentities } from '../supergraph/product-identities.js'
import type { Product, Products } from '../supergraph/products.js'
import { forward } from './forward.js'
import { refusalOf, refuse } from './refuse.js'
import { tellRefusal } from './tell-refusal.js'

export interface AddressesOptions {
  products: Products
  identities: ProductIdentities
  decisionPoint: DecisionPoint
  limits: GatewayLimits
  log: Log
}

/**
 * `/data/<domain>/<product>/<major>` and all below: decided like a question to the graph, then handed to the product with
 * a signed identity. What the caller may not know of is not there.
 */
export function useAddresses(options: AddressesOptions): Part {
  return {
    async http(app) {
      let closing = false
      app.addHook('preClose', async () => {
        closing = true
      })
      await app.register(async route => {
        // Bodies go through as they come; uploads have no limit here, the input port has its own.
        route.removeAllContentTypeParsers()
        route.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
        route.all('/data/*', { config: { authenticate: 'problem' } }, (request, reply) =>
          answer(request, reply, options, () => closing),
        )
      })
    },
  }
}

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  options: AddressesOptions,
  closing: () => boolean,
): Promise<unknown> {
  const { pathname, search } = new URL(request.raw.url ?? '/', 'http://gateway')
  const { decisions } = await options.decisionPoint.decide(request.caller)
  const found = find(options.products.all(), decisions, pathname)
  if (!found) return problemJson(reply, 404, 'There is no data product at this address.')
  const { product, decision, address } = found
  if (address.major === undefined)
    return reply
      .header('location', atMajor(product.info.address, address) + search)
      .code(307)
      .send()
  const identity = await options.identities.of(request.caller, decision)
  const lacking = lackingAction(address, decision)
  if (lacking) {
    const audited = await tellRefusal(product.endpoint, { method: request.method, path: pathname, identity })
    options.log({
      level: 'warn',
      message: 'Refused',
      product: product.info.name,
      requestId: request.id,
      subject: request.caller.subject,
      method: request.method,
      path: pathname,
      audited,
    })
    return refuse(reply, request.caller, product, { title: `This takes ${lacking}.` })
  }

  const response = await forward(request, reply, product.endpoint, {
    path: pathname + search,
    identity,
    ...(address.rest[0] === 'input' ? {} : { bodyBytes: options.limits.bodyBytes }),
  }).catch((error: Error) => error)
  // What of the body nobody read must not stand before the next request on this socket.
  if (!request.raw.complete) reply.header('connection', 'close')
  // Not `instanceof`: errors of fetch may be of another realm.
  if (!('send' in response)) {
    if (response.name === 'BodyTooLarge')
      return problemJson(reply, 413, `The body is larger than ${options.limits.bodyBytes} bytes.`)
    options.log({
      level: 'error',
      message: 'A product did not answer',
      product: product.info.name,
      requestId: request.id,
      reason: response.message,
    })
    return problemJson(reply, 502, `The data product "${product.info.name}" did not answer.`)
  }
  // A product knows nobody's tokens and no marketplace; how to come by a grant is for the gateway to say.
  if (response.status === 403) return refuse(reply, request.caller, product, await refusalOf(response))
  // Whoever has signed out, or may now see other things, hears no more of what began before.
  return response.send(async () => {
    // It never ends by itself: whoever hears it comes back elsewhere.
    if (closing()) return false
    const caller = await request.callerNow()
    if (caller?.subject !== request.caller.subject) return false
    const { decisions: now } = await options.decisionPoint.decide(caller)
    return now.get(product.info.name)?.fingerprint === decision.fingerprint
  })
}

/** What is at an address that the caller may know of. */
function find(products: Product[], decisions: ReadonlyMap<string, ProductDecision>, pathname: string) {
  const whole = parseAddress(pathname)
  for (const address of [...(whole?.major === undefined ? [] : [whole]), ...majorlessAddresses(pathname)]) {
    const found = newest(products, decisions, address)
    if (found) return { ...found, address }
  }
  return undefined
}

function newest(
  products: Product[],
  decisions: ReadonlyMap<string, ProductDecision>,
  address: ParsedAddress,
): { product: Product; decision: ProductDecision } | undefined {
  return products
    .flatMap(product => {
      const decision = decisions.get(product.info.name)
      const at = parseAddress(product.info.address)
      if (!decision?.discover || at?.domain !== address.domain || at.product !== address.product) return []
      if (address.major !== undefined && at.major !== address.major) return []
      return [{ product, decision, major: at.major ?? 0 }]
    })
    .toSorted((a, b) => b.major - a.major)[0]
}

/** What the two ports for owners take. Everything else below is for the product to decide with what it is handed. */
function lackingAction({ rest }: ParsedAddress, decision: ProductDecision): string | undefined {
  if (rest[0] === 'control' && !decision.actions.includes('control')) return 'a grant to control the product'
  if (rest[0] === 'observability' && !decision.actions.includes('observe')) return 'a grant to observe the product'
  return undefined
}
