/** What the gateway's `mesh` says. All but names may be missing: another product's silence, or a right that is lacking. */

export type Freshness = 'FRESH' | 'LATE' | 'UNKNOWN'
/** How much of what the caller may discover he may also read. */
export type Access = 'ALL' | 'SOME' | 'NONE'
export type RequestState = 'PENDING' | 'APPROVED' | 'PARTLY_APPROVED' | 'DENIED' | 'WITHDRAWN'

export interface MeshDataset {
  name: string
  field: string | null
  address: string | null
  description: string | null
  fieldCount: number | null
  readableCount: number | null
}

export interface MeshProduct {
  name: string
  title: string | null
  version: string | null
  domain: string | null
  address: string | null
  description: string | null
  tags: string[] | null
  owner: { name: string | null } | null
  datasets: MeshDataset[] | null
  rootField: string | null
  status: string | null
  visibility: string | null
  publishedAt: string | null
  publication: number | null
  freshness: Freshness | null
  quality: { passed: number | null; failed: number | null } | null
  upstream: { product: string | null; dataset: string | null; port: string | null }[] | null
  downstream: string[] | null
  classifications: string[] | null
  fieldCount: number | null
  readableCount: number | null
  access: Access | null
  mayControl: boolean | null
  mayObserve: boolean | null
}

export interface Facet {
  name: string
  values: { value: string; count: number }[]
}

export interface AccessRequest {
  id: string
  product: string
  dataset: string
  properties: string[]
  reason: string | null
  until: string | null
  requestedBy: string
  requestedByName: string | null
  requestedAt: string
  state: RequestState
  decidedBy: string | null
  decidedAt: string | null
  comment: string | null
  grantedProperties: string[] | null
  grantedUntil: string | null
  rowFilter: unknown
  masks: unknown
  grantId: string | null
  mayDecide: boolean
  history: { at: string; by: string; what: string; comment: string | null }[] | null
}

export const MESH_PRODUCT = /* GraphQL */ `
  fragment Listed on MeshProduct {
    name title version domain address description tags owner { name }
    datasets { name field address description fieldCount readableCount }
    rootField status visibility publishedAt publication freshness quality { passed failed }
    upstream { product dataset port } downstream classifications fieldCount readableCount access mayControl mayObserve
  }
`

export const ACCESS_REQUEST = /* GraphQL */ `
  fragment Asked on MeshAccessRequest {
    id product dataset properties reason until requestedBy requestedByName requestedAt state decidedBy decidedAt comment
    grantedProperties grantedUntil rowFilter masks grantId mayDecide history { at by what comment }
  }
`
