/**
 * The fixed API's data: what discovery, control and observability say of any product, in the graph and as JSON/YAML over
 * HTTP alike. The decorated classes in this folder mirror these one to one.
 */
import type { Value } from '../contracts/model.js'

export type Freshness = 'FRESH' | 'LATE' | 'UNKNOWN'

export interface DataProductInfo {
  id: string
  name: string
  title?: string
  version: string
  status: string
  domain: string
  type?: string
  /** `/data/europe/uk/uk-sales/1` */
  address: string
  description?: { purpose?: string; limitations?: string; usage?: string }
  tags: string[]
  visibility: string
  owner: OwnerInfo
  support: { channel: string; tool?: string; url?: string }[]
  inputPorts: PortInfo[]
  outputPorts: PortInfo[]
  managementPorts: ManagementPortInfo[]
  /** Only what the caller may discover. */
  datasets: DatasetInfo[]
  models: ModelInfo[]
  /** By table: `input.orders` → `abstraction.orders_clean` → `output.orders`. */
  lineage: { from: string; to: string }[]
  publications: PublicationInfo[]
  quality: QualitySummary
  freshness: Freshness
  /** ISO; when the data was last published. */
  publishedAt?: string
  runs: RunInfo[]
  agreements: AgreementInfo[]
}
export interface OwnerInfo {
  name?: string
  description?: string
  members: { username: string; name?: string; role?: string }[]
}
export interface PortInfo {
  name: string
  version: string
  kind: string
  description?: string
  contractId: string
  address?: string
  /** Of an input port with a contract of its own; only for those who control or observe the product. */
  fields?: PortFieldInfo[]
}
/** What is expected to arrive. */
export interface PortFieldInfo {
  name: string
  type: string
  required: boolean
  description?: string
  classification?: string
}
/** ODPS managementPorts, and where each is reached. */
export interface ManagementPortInfo {
  name: string
  content: string
  type?: string
  description?: string
  address?: string
}
/** ODCS slaProperties. */
export interface AgreementInfo {
  contract: string
  property: string
  value: string
  unit?: string
  element?: string
}
export interface DatasetInfo {
  name: string
  field: string
  description?: string
  version: string
  address: string
  contract: string
  primaryKey: string[]
  rowCount?: number
  /** This caller reads some of its rows alone. */
  onlySomeRows: boolean
  /** Which: `country_code = GB`; only where that tells no more than those rows do. */
  rowFilter?: string
  fields: FieldInfo[]
  /** Up to five rows, only what this caller may read. JSON objects by property. */
  sample: { [property: string]: Value }[]
  quality: QualityResult[]
  /** Its rules are not the contract's: by whom and since when. */
  qualityChangedBy?: string
  qualityChangedAt?: string
}
export interface FieldInfo {
  name: string
  field: string
  type: string
  description?: string
  classification?: string
  required: boolean
  unique: boolean
  key: boolean
  deprecated?: string
  relationship?: string
  /** The key a grant must cover: `uk-sales/orders/margin`; undefined where anyone may read it. */
  requiredGrant?: string
  /** May this caller read it. */
  readable: boolean
  /** How its values are shown to this caller: `cut to its first letter`; undefined where they are as they are. */
  mask?: string
}
export interface ModelInfo {
  name: string
  layer: string
  /** Only for those who may discover all that it could name. */
  sql?: string
  reads: string[]
  overlay: boolean
  /** The folder's SQL, where an overlay lies over it; as `sql` only for those who may discover all that it could name. */
  baseline?: string
  changedBy?: string
  changedAt?: string
}
export interface QualitySummary {
  passed: number
  failed: number
}
export interface QualityResult {
  dataset: string
  property?: string
  rule: string
  passed: boolean
  severity: string
  expected: string
  actual: string
}
export interface PublicationInfo {
  number: number
  publishedAt: string
  /** Of the datasets whose rows this caller may count. */
  rowCount?: number
  /** Those that the caller may know of; rows where he may count them. */
  datasets: { dataset: string; rowCount?: number }[]
  current: boolean
  /** The hashes only for those who observe or control the product, or read all of it. */
  inputs: (Omit<PublicationInput, 'sha256'> & Partial<Pick<PublicationInput, 'sha256'>>)[]
}
/** What a publication was made of: files by hash or an upstream publication. */
export interface PublicationInput {
  port: string
  files: number
  sha256: string[]
  upstream?: { product: string; dataset: string; publication: number }
}
export interface RunInfo {
  id: string
  state: 'RUNNING' | 'PUBLISHED' | 'UNCHANGED' | 'FAILED'
  trigger: string
  startedAt: string
  finishedAt?: string
  seconds?: number
  publication?: number
  /** Per problem a code and a sentence. */
  problems: { code: string; message: string; hint: string; file?: string; line?: number; column?: number }[]
  quarantined: number
}
/** The answer to a model's new SQL, dry run or not. */
export interface SqlVerdict {
  accepted: boolean
  dryRun: boolean
  problems: RunInfo['problems']
  /** Dry run: what the model would give, up to 20 rows, and how many in all. */
  rowCount?: number
  rows?: { [property: string]: Value }[]
}
export interface GrantInfo {
  id: string
  effect: string
  subject: string
  actions: string[]
  dataset: string
  properties?: string[]
  classifications?: string[]
  rowFilter?: Value
  masks?: Value
  from?: string
  until?: string
  origin: string
  by: string
  at: string
  reason?: string
}
export type GrantInput = Pick<
  GrantInfo,
  | 'subject'
  | 'actions'
  | 'dataset'
  | 'properties'
  | 'classifications'
  | 'rowFilter'
  | 'masks'
  | 'from'
  | 'until'
  | 'reason'
> & { effect?: string }
/** One line of the audit: who read or changed what, and how it ended. */
export interface AuditInfo {
  at: string
  subject: string
  action: string
  dataset?: string
  properties: string[]
  rows?: number
  publication?: number
  port: string
  outcome: 'allowed' | 'denied' | 'failed'
  detail?: string
}
export interface AuditFilter {
  subject?: string
  dataset?: string
  limit: number
  /** ISO; only what happened before it. */
  before?: string
}
