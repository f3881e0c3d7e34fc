import { type GraphQLDataSource, LocalGraphQLDataSource } from '@apollo/gateway'
import { buildSubgraphSchema } from '@apollo/subgraph'
import type { Subgraph } from '@terrane/schema'
import { GraphQLError, parse } from 'graphql'
import type { Operation } from '../executor/operation.js'
import type { Product } from '../supergraph/products.js'

const LARGEST_PAGE = 200

const SDL = /* GraphQL */ `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])

  type Query {
    "What concerns the mesh as a whole."
    mesh: Mesh
  }
  type Mesh {
    "The data products that you may know of, by name. Search looks into names, titles, domains, tags and purposes."
    products(search: String, first: Int = 50, after: String): MeshProductConnection
  }
  type MeshProductConnection {
    nodes: [MeshProduct!]!
    pageInfo: MeshPageInfo!
    totalCount: Int
  }
  type MeshPageInfo {
    hasNextPage: Boolean!
    endCursor: String
  }
  type MeshProduct {
    name: String!
    title: String
    version: String
    domain: String
    "Where it is served: /data/<domain>/<product>/<major>."
    address: String
    "Its purpose."
    description: String
    tags: [String!]
    owner: MeshOwner
    datasets: [MeshDataset!]
  }
  type MeshOwner {
    name: String
  }
  type MeshDataset {
    name: String!
    "Its field below the product's root field."
    field: String
    address: String
    description: String
  }
`

interface ProductArguments {
  search?: string | null
  first?: number | null
  after?: string | null
}

/** The gateway's own subgraph: what only the mesh as a whole can answer. Shows what the caller may discover. */
export function meshSubgraph(products: () => Product[]): { subgraph: Subgraph; dataSource: GraphQLDataSource } {
  const schema = buildSubgraphSchema({
    typeDefs: parse(SDL),
    resolvers: {
      Query: { mesh: () => ({}) },
      Mesh: {
        products: (_: unknown, args: ProductArguments, operation: unknown) =>
          page(discoverable(products(), operation as Operation), args),
      },
      MeshProduct: {
        description: ({ description }: Product['info']) => description?.purpose ?? null,
      },
    },
  })
  return {
    subgraph: { name: 'mesh', url: 'terrane:mesh', sdl: SDL },
    dataSource: new LocalGraphQLDataSource(schema),
  }
}

/** Products with those of their datasets that this caller may know of, by name. */
export function discoverable(products: Product[], { decisions }: Pick<Operation, 'decisions'>): Product['info'][] {
  return products
    .flatMap(({ info }) => {
      const decision = decisions.get(info.name)
      if (!decision?.discover) return []
      const seen = (name: string) => Object.hasOwn(decision.datasets, name) && decision.datasets[name]!.discover
      return [{ ...info, datasets: info.datasets.filter(({ name }) => seen(name)) }]
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

function page(all: Product['info'][], { search, first, after }: ProductArguments) {
  const size = first ?? 50
  if (size < 0 || size > LARGEST_PAGE)
    throw new GraphQLError(`A page has at most ${LARGEST_PAGE} products, not ${size}.`, {
      extensions: { code: 'BAD_USER_INPUT' },
    })
  const wanted = (search ?? '').trim().toLowerCase()
  const found = all.filter(({ name, title, domain, tags, description, datasets }) =>
    [name, title, domain, description?.purpose, ...tags, ...datasets.map(dataset => dataset.name)].some(text =>
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
