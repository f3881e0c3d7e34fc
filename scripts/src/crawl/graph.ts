import {
  buildClientSchema,
  type GraphQLSchema,
  getIntrospectionQuery,
  type IntrospectionQuery,
  isObjectType,
  isUnionType,
  Kind,
  parse,
} from 'graphql'
import { type Page, Visitor } from './visitor.js'
import { refuseWho } from './well-known.js'

export interface FoundGraph {
  /** `subgraph` where it offers its SDL for federation. */
  kind: 'graphql' | 'subgraph'
  url: string
  queries: string[]
  mutations: string[]
  subscriptions: string[]
  /** Of the schema's own making, with their kinds. */
  types: { name: string; kind: string }[]
  /** Types that other subgraphs may refer to, with their keys where the SDL tells them. */
  entities: { name: string; keys: string[] }[]
  sdl?: string
  /** Why there are no types, where there are none. */
  closed?: string
}

/** What a GraphQL endpoint tells of itself. Undefined where none answers. */
export async function readGraph(visitor: Visitor, url: URL): Promise<FoundGraph | undefined> {
  // An operation of its own: where introspection is closed this may still be open.
  const hello = await visitor.post(url, { query: '{ __typename }' })
  refuseWho(hello)
  if (answerIn(hello) === undefined) return undefined
  const service = answerIn(await visitor.post(url, { query: '{ _service { sdl } }' }))
  const offered = (service?.data as { _service?: { sdl?: unknown } } | undefined)?._service?.sdl
  const sdl = typeof offered === 'string' ? offered : undefined

  const introspected = answerIn(await visitor.post(url, { query: getIntrospectionQuery() }))
  const schema = schemaIn(introspected?.data)
  const common = {
    kind: sdl === undefined ? ('graphql' as const) : ('subgraph' as const),
    url: url.href,
    entities: entitiesOf(schema, sdl),
    ...(sdl === undefined ? {} : { sdl }),
  }
  if (schema) return { ...common, ...partsOf(schema) }
  const closed = introspected?.errors?.[0]?.message ?? 'introspection is not answered'
  return { ...common, queries: [], mutations: [], subscriptions: [], types: [], closed }
}

interface Answer {
  data?: unknown
  errors?: { message: string }[]
}

/** GraphQL answers have `data` or `errors`, whatever their status. */
function answerIn(page: Page): Answer | undefined {
  const body = Visitor.json(page)
  if (typeof body !== 'object' || body === null || !('data' in body || 'errors' in body)) return undefined
  const { data, errors } = body as { data?: unknown; errors?: unknown }
  const told = Array.isArray(errors) ? errors.filter(one => typeof one?.message === 'string') : []
  return { ...(data == null ? {} : { data }), errors: told as { message: string }[] }
}

function schemaIn(data: unknown): GraphQLSchema | undefined {
  try {
    return data === undefined ? undefined : buildClientSchema(data as IntrospectionQuery)
  } catch {
    return undefined
  }
}

function partsOf(schema: GraphQLSchema) {
  const fieldsOf = (type: ReturnType<GraphQLSchema['getQueryType']>) =>
    Object.keys(type?.getFields() ?? {}).filter(name => !/^_(service|entities)$/.test(name))
  const kinds = Object.values(schema.getTypeMap()).flatMap(type => {
    const name = type.name
    if (name.startsWith('_')) return []
    return [{ name, kind: type.constructor.name.replace(/^GraphQL|Type$/g, '').toLowerCase() }]
  })
  const scalars = ['String', 'Int', 'Float', 'Boolean', 'ID']
  return {
    queries: fieldsOf(schema.getQueryType()),
    mutations: fieldsOf(schema.getMutationType()),
    subscriptions: fieldsOf(schema.getSubscriptionType()),
    types: kinds.filter(({ name }) => !scalars.includes(name)).sort((a, b) => (a.name < b.name ? -1 : 1)),
  }
}

/** By the SDL, which tells their keys; else by the union that federation makes of them. */
function entitiesOf(schema: GraphQLSchema | undefined, sdl: string | undefined): FoundGraph['entities'] {
  const told = sdl === undefined ? [] : keyedIn(sdl)
  if (told.length > 0) return told
  const union = schema?.getType('_Entity')
  return isUnionType(union)
    ? union
        .getTypes()
        .filter(isObjectType)
        .map(({ name }) => ({ name, keys: [] }))
    : []
}

function keyedIn(sdl: string): FoundGraph['entities'] {
  try {
    return parse(sdl).definitions.flatMap(definition => {
      if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.OBJECT_TYPE_EXTENSION) return []
      const keys = (definition.directives ?? [])
        .filter(({ name }) => /^(federation__)?key$/.test(name.value))
        .flatMap(one => one.arguments ?? [])
        .flatMap(({ name, value }) => (name.value === 'fields' && value.kind === Kind.STRING ? [value.value] : []))
      return keys.length > 0 ? [{ name: definition.name.value, keys }] : []
    })
  } catch {
    return []
  }
}
