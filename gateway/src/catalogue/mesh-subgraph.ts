import type { GraphQLDataSource } from '@apollo/gateway'
import { buildSubgraphSchema } from '@apollo/subgraph'
import type { Subgraph } from '@terrane/schema/composition'
import { type GraphQLSchema, graphql, parse } from 'graphql'
import { rounded } from '../executor/numbers/rounded.js'
import type { Operation } from '../executor/operation.js'
import type { Product } from '../supergraph/products.js'
import type { AccessRequests } from './access-requests/access-requests.js'
import { accessRequestResolvers } from './access-requests/resolvers.js'
import { MESH_SDL } from './mesh-sdl.js'
import { pageSize } from './page.js'
import { type SearchArguments, searchProducts } from './search.js'
import { downstreamOf, upstreamOf } from './streams.js'
import { type VisibleProduct, visibleProducts } from './visible-product.js'
import { qualityFor, type VitalSigns } from './vital-signs.js'

interface ProductArguments {
  search?: string | null
  first?: number | null
  after?: string | null
}

/** The gateway's own subgraph. Shows what the caller may discover. */
export function meshSubgraph(options: {
  products: () => Product[]
  signs: VitalSigns
  requests: () => AccessRequests
}): { subgraph: Subgraph; dataSource: GraphQLDataSource } {
  const { signs } = options
  const seenBy = (operation: unknown) => visibleProducts(options.products(), operation as Operation)
  const freshnessOf = async ({ product }: VisibleProduct) => (await signs.of(product))?.freshness ?? 'UNKNOWN'
  const requests = accessRequestResolvers(options.requests, seenBy)

  const schema = buildSubgraphSchema({
    typeDefs: parse(MESH_SDL),
    resolvers: {
      Query: { mesh: () => ({}) },
      Mutation: { mesh: requests.control },
      Mesh: {
        products: (_: unknown, args: ProductArguments, operation: unknown) => page(seenBy(operation), args),
        me: (_: unknown, __: unknown, operation: unknown) => me(operation as Operation, seenBy(operation)),
        search: (_: unknown, args: SearchArguments, operation: unknown) =>
          searchProducts(seenBy(operation), args, freshnessOf),
        product: (_: unknown, { name }: { name: string }, operation: unknown) =>
          seenBy(operation).find(one => one.name === name) ?? null,
        ...requests.Mesh,
      },
      MeshProduct: {
        status: async ({ product }: VisibleProduct) => (await signs.of(product))?.status ?? null,
        publishedAt: async ({ product }: VisibleProduct) => (await signs.of(product))?.publishedAt ?? null,
        publication: async ({ product }: VisibleProduct) => (await signs.of(product))?.publication ?? null,
        freshness: freshnessOf,
        quality: async (seen: VisibleProduct) => {
          const now = await signs.of(seen.product)
          return now ? qualityFor(seen, now) : null
        },
        upstream: (seen: VisibleProduct, _: unknown, operation: unknown) => upstreamOf(seen, seenBy(operation)),
        downstream: (seen: VisibleProduct, _: unknown, operation: unknown) => downstreamOf(seen, seenBy(operation)),
      },
      MeshControl: requests.MeshControl,
      MeshAccessRequest: requests.MeshAccessRequest,
    },
  })
  return {
    subgraph: { name: 'mesh', url: 'terrane:mesh', sdl: MESH_SDL },
    dataSource: executing(schema),
  }
}

/** Answered in this process, as if it had been asked over HTTP; Apollo's own would load all of its gateway. */
function executing(schema: GraphQLSchema): GraphQLDataSource {
  return {
    process: ({ request: { query = '', variables, operationName }, context }) =>
      graphql({
        schema,
        source: query,
        variableValues: rounded(variables),
        operationName,
        contextValue: context,
      }) as ReturnType<GraphQLDataSource['process']>,
  }
}

function me({ caller }: Operation, seen: VisibleProduct[]) {
  const { subject, name, roles, authenticated } = caller
  return {
    subject,
    name: name ?? null,
    roles,
    authenticated,
    controls: seen.filter(({ mayControl }) => mayControl).map(product => product.name),
    observes: seen.filter(({ mayObserve }) => mayObserve).map(product => product.name),
  }
}

function page(all: VisibleProduct[], { search, first, after }: ProductArguments) {
  const size = pageSize(first, 'products')
  const wanted = (search ?? '').trim().toLowerCase()
  const found = all.filter(({ name, title, domain, tags, description, datasets }) =>
    [name, title, domain, description, ...tags, ...datasets.map(dataset => dataset.name)].some(text =>
      text?.toLowerCase().includes(wanted),
    ),
  )
  const from = after == null ? '' : Buffer.from(after, 'base64url').toString('utf8')
  const rest = found.filter(({ name }) => name > from)
  const nodes = rest.slice(0, size)
  const last = nodes.at(-1)
  return {
    nodes,
    totalCount: found.length,
    pageInfo: {
      hasNextPage: rest.length > nodes.length,
      endCursor: last ? Buffer.from(last.name).toString('base64url') : null,
    },
  }
}
