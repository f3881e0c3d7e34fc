import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { ask } from './ask'
import { type Facet, MESH_PRODUCT, type MeshProduct } from './mesh-types'

/** What the reader looks for. The names are those of the page's URL and of `MeshSearchFilter`. */
export interface Wanted {
  text: string
  domains: string[]
  owners: string[]
  classifications: string[]
  freshness: string[]
  access: string[]
}

export interface Found {
  products: MeshProduct[]
  total: number
  facets: Facet[]
  /** Cursor of the next page. */
  next?: string
}

const SEARCH = /* GraphQL */ `
  query Search($text: String, $where: MeshSearchFilter, $first: Int, $after: String) {
    mesh {
      search(text: $text, where: $where, first: $first, after: $after) {
        totalCount
        nodes { ...Listed }
        facets { name values { value count } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
  ${MESH_PRODUCT}
`

interface SearchData {
  mesh: {
    search: {
      totalCount: number | null
      nodes: MeshProduct[]
      facets: Facet[] | null
      pageInfo: { hasNextPage: boolean; endCursor: string | null }
    } | null
  } | null
}

async function search(wanted: Wanted, first: number, signal: AbortSignal): Promise<Found> {
  const { text, ...filters } = wanted
  const where = Object.fromEntries(Object.entries(filters).filter(([, values]) => values.length > 0))
  const { data } = await ask<SearchData>(SEARCH, { text: text || null, where, first }, signal)
  const found = data.mesh?.search
  return {
    products: found?.nodes ?? [],
    total: found?.totalCount ?? found?.nodes.length ?? 0,
    facets: found?.facets ?? [],
    ...(found?.pageInfo.hasNextPage && found.pageInfo.endCursor ? { next: found.pageInfo.endCursor } : {}),
  }
}

export const EVERYTHING: Wanted = { text: '', domains: [], owners: [], classifications: [], freshness: [], access: [] }

/** Products by words and facets, the best first. What was found before stays on the page until the next answer. */
export function useSearch(wanted: Wanted, first = 50) {
  return useQuery({
    queryKey: ['search', wanted, first],
    queryFn: ({ signal }) => search(wanted, first, signal),
    placeholderData: keepPreviousData,
  })
}

const PRODUCT = /* GraphQL */ `
  query Product($name: String!) { mesh { product(name: $name) { ...Listed } } }
  ${MESH_PRODUCT}
`

/** One product as the catalogue knows it; null where there is none that the caller may know of. */
export function useMeshProduct(name: string) {
  return useQuery({
    queryKey: ['product', name],
    queryFn: async ({ signal }) => {
      const { data } = await ask<{ mesh: { product: MeshProduct | null } | null }>(PRODUCT, { name }, signal)
      return data.mesh?.product ?? null
    },
  })
}
