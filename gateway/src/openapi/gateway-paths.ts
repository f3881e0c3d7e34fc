import {
  commonPaths,
  type Described,
  json,
  listOf,
  objectOf,
  PROBLEM,
  refusals,
  type Schema,
  TEXT,
} from '@terrane/schema/openapi'

export const GATEWAY_TAG = { name: 'mesh', description: 'The mesh as a whole.' }
const tags = [GATEWAY_TAG.name]

const WHOLE: Schema = { type: 'integer' }
const DOCUMENT: Schema = { type: 'object' }

/** What the gateway itself answers, products apart. Pages and signing in are for browsers and not told here. */
export function gatewayPaths(): Described {
  const common = commonPaths(tags)
  return {
    schemas: PROBLEM,
    paths: {
      ...common,
      '/graphql': {
        ...common['/graphql'],
        get: {
          operationId: 'graphqlByQuery',
          tags,
          summary: 'Ask the graph by query string; no mutations',
          description:
            'A subscription is answered to `accept: text/event-stream`, here as by POST: GraphQL over SSE, distinct connections. 429 or 503 where too many streams are open.',
          parameters: ['query', 'variables', 'operationName'].map(name => ({
            name,
            in: 'query' as const,
            required: name === 'query',
            schema: TEXT,
          })),
          responses: common['/graphql']!.post!.responses,
        },
      },
      '/.well-known/data-mesh': {
        get: {
          operationId: 'dataMesh',
          tags,
          summary: 'Every product and dataset that the caller may know of, with addresses',
          description:
            'JSON, or a DCAT 3 catalogue in JSON-LD. Long lists come in pages; `next` and the `link` header lead on.',
          parameters: [
            { name: 'first', in: 'query', schema: { ...WHOLE, minimum: 1, maximum: 1000, default: 1000 } },
            { name: 'after', in: 'query', description: 'Where the page before ended.', schema: TEXT },
          ],
          responses: {
            '200': {
              description: 'A page of the catalogue.',
              content: {
                ...json(objectOf({ products: listOf(PRODUCT), next: TEXT }, 'products')),
                'application/ld+json': { schema: DOCUMENT },
              },
            },
            '304': { description: 'Nothing has changed since the `etag` in `if-none-match`.' },
            ...refusals(400, 401),
          },
        },
      },
      '/.well-known/terrane-keys': {
        get: {
          operationId: 'keys',
          tags,
          summary: "The gateway's public keys, which products trust",
          responses: { '200': { description: 'A JWK set (RFC 7517).', content: json(DOCUMENT) } },
        },
      },
      '/registry/products': {
        post: {
          operationId: 'publish',
          tags,
          summary: 'Take a running product into the mesh',
          description:
            'Takes the role `admin`. It is composed with all others and swapped in, or refused with the reason.',
          requestBody: {
            required: true,
            content: json(
              objectOf(
                {
                  url: { ...TEXT, format: 'uri', description: 'Where the product answers.' },
                  name: { ...TEXT, description: 'Where it does not tell its own.' },
                  replace: { type: 'boolean', description: "Put it in another's place." },
                },
                'url',
              ),
            ),
          },
          responses: {
            '201': { description: 'It is in the mesh.', content: json(objectOf({ name: TEXT }, 'name')) },
            '202': {
              description:
                'It is published and stays so, but this gateway cannot put it in force yet, and tries again by itself: `problems` says why.',
              content: json(objectOf({ name: TEXT, problems: listOf(DOCUMENT) }, 'name', 'problems')),
            },
            ...refusals(400, 401, 403, 422),
          },
        },
      },
    },
  }
}

const PRODUCT = objectOf(
  {
    name: TEXT,
    title: TEXT,
    domain: TEXT,
    version: TEXT,
    major: WHOLE,
    address: TEXT,
    owner: objectOf({ name: TEXT }),
    description: DOCUMENT,
    tags: listOf(TEXT),
    visibility: { ...TEXT, enum: ['public', 'internal', 'granted'] },
    freshness: { ...TEXT, enum: ['FRESH', 'LATE', 'UNKNOWN'] },
    publishedAt: { ...TEXT, format: 'date-time' },
    descriptor: TEXT,
    openApi: TEXT,
    datasets: listOf(
      objectOf(
        {
          name: TEXT,
          address: TEXT,
          description: TEXT,
          contractId: TEXT,
          contractMajor: WHOLE,
          contract: TEXT,
          formats: listOf(TEXT),
        },
        'name',
        'address',
      ),
    ),
  },
  'name',
  'domain',
  'version',
  'address',
  'datasets',
)
