import { readFile } from 'node:fs/promises'
import path from 'node:path'
import fastifyStatic from '@fastify/static'
import { OPENAPI_PATH } from '@terrane/schema/openapi'
import { sendDocument } from '../addresses/send-document.js'
import type { DecisionPoint } from '../authorisation/decision-point.js'
import type { Log } from '../log.js'
import type { Part } from '../plugins/part.js'
import type { ProductIdentities } from '../supergraph/product-identities.js'
import type { Products } from '../supergraph/products.js'
import { MeshDocument } from './mesh-document.js'

const PAGES = path.resolve(__dirname, '../../pages')
/** Of Swagger UI what the page uses; its package holds much else. */
const SWAGGER_UI = path.dirname(require.resolve('swagger-ui-dist/package.json'))
const SERVED = new Set(['/swagger-ui.css', '/swagger-ui-bundle.js'])

/** Nothing of the page comes from another host, and nothing goes there. Swagger UI sets styles on elements. */
const PAGE_HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
}

/** `/openapi.json`: the HTTP ports of all that the caller may discover. `/docs`: the page to try them. */
export function useOpenApi(options: {
  products: Products
  decisionPoint: DecisionPoint
  identities: ProductIdentities
  log: Log
}): Part {
  const document = new MeshDocument(options.identities, options.log)
  return {
    async http(app) {
      app.get(OPENAPI_PATH, { config: { authenticate: 'problem' } }, async (request, reply) => {
        const { decisions } = await options.decisionPoint.decide(request.caller)
        const asked = options.products.all().flatMap(product => {
          const decision = decisions.get(product.info.name)
          return decision?.discover ? [{ product, decision }] : []
        })
        asked.sort((a, b) => (a.decision.product < b.decision.product ? -1 : 1))
        return sendDocument(request, reply, await document.for(request.caller, asked), 'application/json')
      })

      for (const [url, file, type] of [
        ['/docs', 'docs.html', 'text/html'],
        ['/docs/assets/docs.css', 'docs.css', 'text/css'],
        ['/docs/assets/docs.js', 'docs.js', 'text/javascript'],
      ] as const) {
        const content = await readFile(path.join(PAGES, file))
        app.get(url, async (_request, reply) =>
          reply.headers(PAGE_HEADERS).type(`${type}; charset=utf-8`).send(content),
        )
      }
      await app.register(fastifyStatic, {
        root: SWAGGER_UI,
        prefix: '/docs/assets/',
        allowedPath: pathname => SERVED.has(pathname),
        decorateReply: false,
        index: false,
        maxAge: '1h',
      })
    },
  }
}
