import type { DataProductInfo } from '../fixed-api/types.js'
import { datasetPaths, documentOperation } from './datasets.js'
import {
  type Content,
  json,
  listOf,
  type OpenApiDocument,
  objectOf,
  openApiDocument,
  type Paths,
  PROBLEM,
  refusals,
  TEXT,
} from './document.js'
import { managementPaths, type Rights } from './management.js'

/** Where every process, gateway and product alike, tells of its HTTP ports. */
export const OPENAPI_PATH = '/openapi.json'

/**
 * The HTTP surface of a product's process, for one caller: made of what discovery tells them. Its routes and this are held
 * against one another by a test that walks the routes.
 */
export function openApiOfProduct(info: DataProductInfo, rights: Rights): OpenApiDocument {
  const { name, title, version, description } = info
  return openApiDocument(
    {
      info: {
        title: title ?? name,
        version,
        ...(description?.purpose ? { summary: description.purpose } : {}),
        ...(description?.usage ? { description: description.usage } : {}),
      },
      servers: [{ url: '/' }],
      tags: [{ name, ...(description?.purpose ? { description: description.purpose } : {}) }, PROCESS_TAG],
    },
    { paths: processPaths(), schemas: PROBLEM },
    { paths: discoveryPaths(info), schemas: {} },
    ...info.datasets.map(dataset => datasetPaths(info, dataset)),
    managementPaths(info, rights),
  )
}

/** Of a product's document what stands at its address, also behind the gateway. */
export function belowAddress(document: Pick<OpenApiDocument, 'paths'>, address: string): Paths {
  const at = [address, majorless(address)]
  return Object.fromEntries(
    Object.entries(document.paths).filter(([path]) => at.includes(path) || path.startsWith(`${address}/`)),
  )
}

const majorless = (address: string) => address.replace(/\/\d+$/, '')

const PROCESS_TAG = { name: 'process', description: 'The process itself.' }
const TAGS = [PROCESS_TAG.name]

/** What every process has, and the graph. */
export function commonPaths(tags: string[] = TAGS): Paths {
  const text = (description: string, media = 'text/plain') => ({
    description,
    content: { [media]: { schema: TEXT } },
  })
  const ask = objectOf({ query: TEXT, variables: { type: 'object' }, operationName: TEXT }, 'query')
  const answer = objectOf({ data: { type: ['object', 'null'] }, errors: listOf({ type: 'object' }) })
  return {
    '/healthz': {
      get: { operationId: 'health', tags, summary: 'The process lives', responses: { '200': text('It does.', '*/*') } },
    },
    '/readyz': {
      get: {
        operationId: 'ready',
        tags,
        summary: 'It can answer',
        responses: { '200': text('It can.', '*/*'), '503': text('Not yet, and why.', '*/*') },
      },
    },
    '/metrics': {
      get: {
        operationId: 'processMetrics',
        tags,
        summary: "Metrics in Prometheus' text format",
        responses: { '200': text('The metrics.') },
      },
    },
    '/graphql': {
      post: {
        operationId: 'graphql',
        tags,
        summary: 'Ask the graph',
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: { ...ask, examples: [{ query: '{ mesh { products { nodes { name address } } } }' }] },
            },
          },
        },
        responses: {
          '200': { description: 'Data, and errors for what could not be had.', content: json(answer) },
          '400': { description: 'What was asked is no valid operation.', content: json(answer) },
          '401': { description: 'The token is not valid.', content: json(answer) },
        },
      },
    },
    [OPENAPI_PATH]: {
      get: {
        operationId: 'openapi',
        tags,
        summary: 'This document, for the caller',
        responses: { '200': { description: 'OpenAPI 3.1.', content: json({ type: 'object' }) } },
      },
    },
  }
}

function processPaths(): Paths {
  return {
    ...commonPaths(),
    '/.well-known/data-product': {
      get: {
        operationId: 'dataProduct',
        tags: TAGS,
        summary: 'What the product is, what it means and how to get it',
        responses: { '200': described(), ...refusals(404) },
      },
    },
  }
}

function discoveryPaths({ name, address }: DataProductInfo): Paths {
  return {
    [address]: {
      get: {
        operationId: `${name}.describe`,
        tags: [name],
        summary: 'What the product is, what it means and how to get it',
        responses: {
          '200': { ...described(), content: { ...described().content, 'text/html': { schema: TEXT } } },
          ...refusals(404),
        },
      },
    },
    [majorless(address)]: {
      get: {
        operationId: `${name}.newest`,
        tags: [name],
        summary: 'To the newest major of the product',
        responses: { '307': { description: 'In `location`.' }, ...refusals(404) },
      },
    },
    [`${address}/product.odps.yaml`]: {
      get: documentOperation(name, `${name}.descriptor`, "The product's descriptor (ODPS)"),
    },
  }
}

const described = (): { description: string; content: Content } => ({
  description: 'As this caller may see it.',
  content: { ...json({ type: 'object' }), 'application/yaml': { schema: { type: 'object' } } },
})
