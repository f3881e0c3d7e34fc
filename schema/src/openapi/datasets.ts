import type { DatasetInfo, FieldInfo } from '../fixed-api/types.js'
import { OMITTED_HEADER, PUBLICATION_HEADER } from '../identity/signed-identity.js'
import { type Described, json, listOf, MOMENT, type Operation, refusals, type Schema, shape, TEXT } from './document.js'

const FORMATS = ['csv', 'json', 'ndjson', 'parquet']

const AS_OF = {
  name: 'asOf',
  in: 'query' as const,
  description: 'The number of a publication that is still kept; without it the one in force.',
  schema: { type: 'integer', minimum: 1 },
}

/** Downloads of one dataset, and its contract. Of its properties those that this caller may know of. */
export function datasetPaths(product: { name: string; address: string }, dataset: DatasetInfo): Described {
  const name = rowName(product.name, dataset.name)
  const id = (what: string) => `${name}.${what}`
  const read = (more: Pick<Operation, 'operationId' | 'summary'> & Partial<Operation>): Operation => ({
    tags: [product.name],
    ...(dataset.description ? { description: dataset.description } : {}),
    ...more,
    parameters: [...(more.parameters ?? []), AS_OF],
    responses: {
      '200': {
        description: 'All rows that the caller may see; properties they may not read are left out.',
        headers: {
          etag: { description: 'Changes with the publication, the format and the rights.', schema: TEXT },
          [PUBLICATION_HEADER]: { description: 'The publication that was read.', schema: { type: 'integer' } },
          [OMITTED_HEADER]: { description: 'Names of the properties left out, comma separated.', schema: TEXT },
        },
        content: {
          ...json(listOf(shape(name))),
          'application/x-ndjson': { schema: shape(name) },
          'text/csv': { schema: TEXT },
          'application/vnd.apache.parquet': {},
        },
      },
      '304': { description: 'Nothing has changed since the `etag` in `if-none-match`.' },
      ...refusals(400, 403, 404, 406, 410, 503),
    },
  })
  return {
    paths: {
      [`${product.address}/${dataset.name}`]: {
        get: {
          operationId: id('newest'),
          tags: [product.name],
          summary: `To the newest major of ${dataset.name}`,
          responses: { '307': { description: 'In `location`.' }, ...refusals(404) },
        },
      },
      [dataset.address]: {
        get: read({ operationId: id('read'), summary: `${dataset.name}, in the media type of \`accept\`` }),
      },
      [`${dataset.address}.{format}`]: {
        get: read({
          operationId: id('download'),
          summary: `${dataset.name} as a file`,
          parameters: [{ name: 'format', in: 'path', required: true, schema: { ...TEXT, enum: FORMATS } }],
        }),
      },
      [`${dataset.address}/contract.yaml`]: {
        get: documentOperation(product.name, id('contractOf'), `The contract of ${dataset.name} (ODCS)`),
      },
      [`${product.address}/${dataset.name}/contract.yaml`]: {
        get: documentOperation(product.name, id('newestContractOf'), `The newest contract of ${dataset.name} (ODCS)`),
      },
    },
    schemas: { [name]: rowShape(dataset) },
  }
}

/** A document of ODPS or ODCS: YAML, or JSON by `accept`. */
export function documentOperation(tag: string, operationId: string, summary: string, ...more: number[]): Operation {
  const document = { schema: { type: 'object' } }
  return {
    operationId,
    tags: [tag],
    summary,
    responses: {
      '200': {
        description: 'As this caller may see it: secrets replaced, hidden names left out.',
        headers: { etag: { description: 'Of what this caller sees.', schema: TEXT } },
        content: { 'application/yaml': document, 'application/json': document },
      },
      '304': { description: 'Nothing has changed since the `etag` in `if-none-match`.' },
      ...refusals(404, ...more),
    },
  }
}

function rowShape({ fields, description }: DatasetInfo): Schema {
  return {
    type: 'object',
    ...(description ? { description } : {}),
    properties: Object.fromEntries(fields.map(field => [field.name, valueShape(field)])),
  }
}

function valueShape({ type, description, deprecated, key }: FieldInfo): Schema {
  const of = typeShape(type)
  return {
    ...of,
    // A mask may null what the contract requires; keys alone are always there.
    ...(key || of.type === undefined ? {} : { type: [of.type, 'null'] }),
    ...(description ? { description } : {}),
    ...(deprecated ? { deprecated: true } : {}),
  }
}

/** The types of a contract as JSON carries them: exact numbers are strings. */
function typeShape(type: string): Schema {
  const array = /^array<(.*)>$/.exec(type)?.[1]
  if (array !== undefined) return listOf(typeShape(array))
  if (type.startsWith('decimal')) return { type: 'string', format: 'decimal', examples: ['12.50'] }
  const shapes: Record<string, Schema> = {
    boolean: { type: 'boolean' },
    integer: { type: 'integer', format: 'int32' },
    bigint: { type: 'string', format: 'int64' },
    double: { type: 'number', format: 'double' },
    date: { type: 'string', format: 'date' },
    timestamp: MOMENT,
    time: { type: 'string', format: 'time' },
    json: {},
  }
  return shapes[type] ?? TEXT
}

/** `uk-sales.orders`: as names of components may be written. */
const rowName = (product: string, dataset: string) => `${product}.${dataset}`.replace(/[^\w.-]/g, '_')
