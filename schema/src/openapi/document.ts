/** OpenAPI 3.1, as much of it as the HTTP ports need. https://spec.openapis.org/oas/v3.1.1 */
export interface OpenApiDocument {
  openapi: '3.1.1'
  info: { title: string; version: string; summary?: string; description?: string }
  servers: { url: string }[]
  tags: { name: string; description?: string }[]
  paths: Paths
  components: { schemas: Record<string, Schema>; securitySchemes: Record<string, unknown> }
  security: Record<string, string[]>[]
}

export type Method = 'get' | 'put' | 'post' | 'delete'
export type Paths = Record<string, PathItem>
export type PathItem = Partial<Record<Method, Operation>>

export interface Operation {
  operationId: string
  tags: string[]
  summary: string
  description?: string
  parameters?: Parameter[]
  requestBody?: { required: boolean; content: Content }
  responses: Record<string, Answer>
  security?: Record<string, string[]>[]
}

export interface Parameter {
  name: string
  in: 'path' | 'query' | 'header'
  required?: boolean
  description?: string
  schema: Schema
}

export interface Answer {
  description: string
  headers?: Record<string, { description: string; schema: Schema }>
  content?: Content
}

export type Content = Record<string, { schema?: Schema }>
/** JSON Schema 2020-12. */
export type Schema = Record<string, unknown>

/** What the document says of a part of the HTTP surface: its operations and the shapes they name. */
export interface Described {
  paths: Paths
  schemas: Record<string, Schema>
}

/** Who asks. Without either the caller is a visitor, so nothing here is required. */
const SECURITY_SCHEMES = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: "An access token of the mesh's identity provider. Without one the caller is a visitor.",
  },
}

export function openApiDocument(
  of: Pick<OpenApiDocument, 'info' | 'servers' | 'tags'>,
  ...parts: Described[]
): OpenApiDocument {
  const paths: Paths = Object.assign({}, ...parts.map(part => part.paths))
  const schemas: Record<string, Schema> = Object.assign({}, ...parts.map(part => part.schemas))
  return {
    openapi: '3.1.1',
    ...of,
    security: [{}, { bearer: [] }],
    paths,
    components: { schemas: named(paths, schemas), securitySchemes: SECURITY_SCHEMES },
  }
}

/** Those shapes that something names: what is left out of the paths is not told by its shapes either. */
function named(paths: Paths, schemas: Record<string, Schema>): Record<string, Schema> {
  const found = new Set<string>()
  const follow = (from: unknown): void => {
    for (const [, name] of JSON.stringify(from).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (found.has(name!) || !Object.hasOwn(schemas, name!)) continue
      found.add(name!)
      follow(schemas[name!])
    }
  }
  follow(paths)
  return Object.fromEntries(Object.entries(schemas).filter(([name]) => found.has(name)))
}

export const shape = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` })
export const json = (schema: Schema): Content => ({ 'application/json': { schema } })
export const listOf = (items: Schema): Schema => ({ type: 'array', items })
export const objectOf = (properties: Record<string, Schema>, ...required: string[]): Schema => ({
  type: 'object',
  properties,
  ...(required.length > 0 ? { required } : {}),
})
export const TEXT: Schema = { type: 'string' }
export const WHOLE: Schema = { type: 'integer' }
export const FLAG: Schema = { type: 'boolean' }
export const MOMENT: Schema = { type: 'string', format: 'date-time' }

/** What goes wrong, RFC 9457; every refusal looks like this. */
export const PROBLEM: Record<string, Schema> = {
  Problem: {
    ...objectOf({
      type: TEXT,
      title: TEXT,
      status: WHOLE,
      detail: TEXT,
      code: { ...TEXT, description: 'Of the catalogue of problems.' },
      hint: { ...TEXT, description: 'What to do about it.' },
      problems: listOf(objectOf({ code: TEXT, message: TEXT, hint: TEXT })),
    }),
    description: 'Problem details (RFC 9457).',
  },
}

const REFUSALS: Record<number, string> = {
  400: 'The request says something that cannot be meant.',
  401: 'The token is not valid.',
  403: 'The caller lacks the grant that this takes.',
  404: 'There is nothing at this address that the caller may know of.',
  405: 'The address does not take this method.',
  406: 'It does not come in any of the media types asked for.',
  410: 'The publication is no longer kept.',
  413: 'The body is too large.',
  415: 'The body is of a media type that is not taken here.',
  422: 'Not accepted, with the reasons; nothing has changed.',
  502: 'The data product does not answer.',
  503: 'Not ready yet.',
}

export function refusals(...statuses: number[]): Record<string, Answer> {
  return Object.fromEntries(
    statuses.map(status => [
      String(status),
      { description: REFUSALS[status]!, content: { 'application/problem+json': { schema: shape('Problem') } } },
    ]),
  )
}
