import { OPENAPI_PATH } from '@terrane/schema/openapi'
import type { FastifyRequest } from 'fastify'
import type { DecisionPoint } from '../authorisation/decision-point.js'
import type { VitalSigns } from '../catalogue/vital-signs.js'
import type { Part } from '../plugins/part.js'
import { problemJson } from '../problem-json.js'
import type { Products } from '../supergraph/products.js'
import { type CatalogueEntry, catalogueEntries, FORMATS } from './catalogue-entries.js'
import { dcat } from './dcat.js'
import { sendDocument } from './send-document.js'

const PATH = '/.well-known/data-mesh'
const PAGE = 1000
const LARGEST_PAGE = 1000

/**
 * `/.well-known/data-mesh`: every product and dataset that the caller may know of, with addresses. For crawlers: JSON, or
 * by `accept` a DCAT 3 catalogue; in pages, of which `next` and the `link` header lead on (RFC 8288).
 */
export function useDataMesh(options: { products: Products; decisionPoint: DecisionPoint; signs: VitalSigns }): Part {
  const { signs } = options
  return {
    http(app) {
      app.get(PATH, { config: { authenticate: 'problem' } }, async (request, reply) => {
        const page = pageOf(request.query as Record<string, unknown>)
        if (!page) return problemJson(reply, 400, `\`first\` is a number from 1 to ${LARGEST_PAGE}, \`after\` a text.`)
        const { decisions } = await options.decisionPoint.decide(request.caller)
        const { entries, next } = await catalogueEntries(options.products.all(), decisions, page, one => signs.of(one))
        const onwards = next && `${PATH}?first=${page.first}&after=${encodeURIComponent(next)}`
        if (onwards) reply.header('link', `<${onwards}>; rel="next"`)
        if (prefersLinkedData(request.headers.accept))
          return sendDocument(request, reply, dcat(entries, originOf(request)), 'application/ld+json')
        const body = { products: entries.map(listed), ...(onwards ? { next: onwards } : {}) }
        return sendDocument(request, reply, body, 'application/json; charset=utf-8')
      })
    },
  }
}

function listed({ datasets, version, ...entry }: CatalogueEntry) {
  return {
    ...entry,
    version,
    major: majorOf(version),
    descriptor: `${entry.address}/product.odps.yaml`,
    openApi: OPENAPI_PATH,
    datasets: datasets.map(dataset => ({
      name: dataset.name,
      address: dataset.address,
      description: dataset.description,
      access: dataset.access,
      contractId: dataset.contract,
      contractMajor: majorOf(dataset.version),
      contract: `${dataset.address}/contract.yaml`,
      formats: FORMATS,
    })),
  }
}

/** Where the caller reached the mesh: what is linked must be an address, not a path. */
function originOf(request: FastifyRequest): string {
  const given = `${request.protocol}://${request.host}`
  return URL.canParse(given) ? new URL(given).origin : 'http://localhost'
}

function pageOf({ first = String(PAGE), after = '' }: Record<string, unknown>) {
  if (typeof first !== 'string' || !/^[1-9]\d{0,3}$/.test(first) || typeof after !== 'string') return undefined
  return Number(first) > LARGEST_PAGE ? undefined : { first: Number(first), after }
}

/** RFC 9110 §12.5.1; JSON where both are as welcome. */
function prefersLinkedData(accept = ''): boolean {
  const quality = (type: string) =>
    Math.max(
      0,
      ...accept.split(',').map(range => {
        const [given = '', ...parameters] = range.split(';').map(part => part.trim().toLowerCase())
        if (given !== type) return 0
        return Number(parameters.find(one => one.startsWith('q='))?.slice(2) ?? 1)
      }),
    )
  return quality('application/ld+json') > quality('application/json')
}

const majorOf = (version: string) => Number(/^v?(\d+)/.exec(version)?.[1] ?? 0)
