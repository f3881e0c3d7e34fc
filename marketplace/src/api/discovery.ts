import { useQuery } from '@tanstack/react-query'
import { ask } from './ask'

/** A product's own discovery port in the graph: `{ ukSales { product { … } } }`, for this caller. */
export interface Discovered {
  name: string | null
  title: string | null
  version: string | null
  type: string | null
  description: { purpose: string | null; limitations: string | null; usage: string | null } | null
  owner: {
    name: string | null
    description: string | null
    members: { username: string | null; name: string | null; role: string | null }[] | null
  } | null
  support: { channel: string | null; tool: string | null; url: string | null }[] | null
  inputPorts: Port[] | null
  outputPorts: Port[] | null
  datasets: Dataset[] | null
  lineage: { from: string; to: string }[] | null
  publications: Publication[] | null
  agreements:
    | {
        contract: string | null
        property: string | null
        value: string | null
        unit: string | null
        element: string | null
      }[]
    | null
}
export interface Port {
  name: string
  version: string | null
  kind: string | null
  description: string | null
  contractId: string | null
  address: string | null
}
export interface Dataset {
  name: string
  field: string
  description: string | null
  version: string | null
  address: string | null
  contract: string | null
  primaryKey: string[] | null
  rowCount: number | null
  /** The reader has some of its rows alone; which, only where telling it tells nothing more. */
  onlySomeRows: boolean | null
  rowFilter: string | null
  fields: Field[] | null
  quality: QualityResult[] | null
}
export interface Field {
  name: string
  field: string
  type: string | null
  description: string | null
  classification: string | null
  required: boolean | null
  unique: boolean | null
  key: boolean | null
  deprecated: string | null
  relationship: string | null
  requiredGrant: string | null
  readable: boolean | null
  /** `cut to its first letter`: how its values are shown to the reader; null where they are as they are. */
  mask: string | null
}
export interface QualityResult {
  dataset: string | null
  property: string | null
  rule: string | null
  passed: boolean | null
  severity: string | null
  expected: string | null
  actual: string | null
}
export interface Publication {
  number: number
  publishedAt: string | null
  datasets: { dataset: string; rowCount: number | null }[] | null
  current: boolean | null
  inputs:
    | {
        port: string | null
        files: number | null
        sha256: string[] | null
        upstream: { product: string | null; dataset: string | null; publication: number | null } | null
      }[]
    | null
}
export type Row = Record<string, unknown>

/** The name goes into a query's text: only ever a name. */
function below(rootField: string, selection: string): string {
  if (!/^[_A-Za-z]\w*$/.test(rootField)) throw new TypeError(`Not a field of the graph: ${rootField}`)
  return `{ at: ${rootField} { product { ${selection} } } }`
}

const DESCRIPTION = /* GraphQL */ `
  name title version type description { purpose limitations usage }
  owner { name description members { username name role } }
  support { channel tool url }
  inputPorts { name version kind description contractId address }
  outputPorts { name version kind description contractId address }
  datasets {
    name field description version address contract primaryKey rowCount onlySomeRows rowFilter
    fields { name field type description classification required unique key deprecated relationship requiredGrant readable mask }
    quality { dataset property rule passed severity expected actual }
  }
  lineage { from to }
  publications { number publishedAt current datasets { dataset rowCount } inputs { port files sha256 upstream { product dataset publication } } }
  agreements { contract property value unit element }
`

async function discover<Part>(rootField: string, selection: string, signal: AbortSignal): Promise<Part | null> {
  const { data } = await ask<{ at: { product: Part | null } | null }>(below(rootField, selection), {}, signal)
  return data.at?.product ?? null
}

export function useDiscovery(rootField: string | null | undefined) {
  return useQuery({
    enabled: Boolean(rootField),
    queryKey: ['discovery', rootField],
    queryFn: ({ signal }) => discover<Discovered>(rootField!, DESCRIPTION, signal),
  })
}

/** Sample rows are a reading of data, and audited as such: asked for only where they are looked at. */
export function useSamples(rootField: string) {
  return useQuery({
    queryKey: ['samples', rootField],
    queryFn: async ({ signal }) =>
      (await discover<{ datasets: { name: string; sample: Row[] | null }[] | null }>(
        rootField,
        'datasets { name sample }',
        signal,
      )) ?? { datasets: [] },
  })
}

/** The SQL in force; null where it names what the caller may not know of. */
export function useModelSql(rootField: string) {
  return useQuery({
    queryKey: ['models', rootField],
    queryFn: async ({ signal }) =>
      (
        await discover<{ models: { name: string; layer: string; sql: string | null }[] | null }>(
          rootField,
          'models { name layer sql }',
          signal,
        )
      )?.models ?? [],
  })
}

export interface Grant {
  id: string
  effect: string | null
  subject: string | null
  actions: string[] | null
  dataset: string | null
  properties: string[] | null
  classifications: string[] | null
  rowFilter: unknown
  masks: unknown
  from: string | null
  until: string | null
  origin: string | null
  by: string | null
  at: string | null
  reason: string | null
}

/** Who may do what: for those who control the product, null for everybody else. */
export function useGrants(rootField: string | null | undefined) {
  return useQuery({
    enabled: Boolean(rootField),
    queryKey: ['grants', rootField],
    queryFn: async ({ signal }) =>
      (
        await discover<{ grants: Grant[] | null }>(
          rootField!,
          'grants { id effect subject actions dataset properties classifications rowFilter masks from until origin by at reason }',
          signal,
        )
      )?.grants ?? null,
  })
}
