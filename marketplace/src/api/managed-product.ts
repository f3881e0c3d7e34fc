import { useQuery } from '@tanstack/react-query'
import { ask } from './ask'
import { MESH_PRODUCT, type MeshProduct } from './mesh-types'

/** What the pages of administration need of a product: where its ports are, and what the caller may do there. */
export interface ManagedProduct {
  name: string
  address: string
  rootField: string
  mayControl: boolean
}

/** Everything that is shown of one product is asked again together. */
export const managedKey = ({ name }: { name: string }, ...parts: string[]) => ['managed', name, ...parts]

/** A product as the list of administration shows it. */
export interface Glance {
  product: MeshProduct
  now: State | null
}

interface State {
  runs:
    | {
        id: string
        state: string | null
        startedAt: string | null
        finishedAt: string | null
        quarantined: number | null
      }[]
    | null
  models: { name: string; overlay: boolean | null }[] | null
}

/** As many as fit into one operation's limits. */
export const GLANCES = 10

/** These products and how they stand, in the order given. What is silent is told as silent. */
export function useGlances(names: string[]) {
  return useQuery({
    enabled: names.length > 0,
    queryKey: ['glances', names],
    queryFn: async ({ signal }): Promise<Glance[]> => {
      const variables = Object.fromEntries(names.map((name, index) => [`n${index}`, name]))
      const declared = names.map((_, index) => `$n${index}: String!`).join(', ')
      const asked = names.map((_, index) => `p${index}: product(name: $n${index}) { ...Listed }`).join(' ')
      const { data } = await ask<{ mesh: Record<string, MeshProduct | null> | null }>(
        `query Products(${declared}) { mesh { ${asked} } } ${MESH_PRODUCT}`,
        variables,
        signal,
      )
      const products = Object.values(data.mesh ?? {}).filter(product => product !== null)
      const states = await statesOf(products, signal)
      return products.map(product => ({ product, now: states.get(product.name) ?? null }))
    },
  })
}

async function statesOf(products: MeshProduct[], signal: AbortSignal): Promise<Map<string, State>> {
  const answering = products.filter(({ rootField }) => rootField && /^[_A-Za-z]\w*$/.test(rootField))
  if (answering.length === 0) return new Map()
  const asked = answering.map(
    ({ rootField }, index) =>
      `p${index}: ${rootField} { product { runs { id state startedAt finishedAt quarantined } models { name overlay } } }`,
  )
  const { data } = await ask<Record<string, { product: State | null } | null>>(
    `query States { ${asked.join(' ')} }`,
    {},
    signal,
  )
  return new Map(
    answering.flatMap(({ name }, index) => {
      const state = data[`p${index}`]?.product
      return state ? [[name, state] as const] : []
    }),
  )
}
