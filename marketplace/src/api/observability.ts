import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { type ManagedProduct, managedKey } from './managed-product'
import { manage, NotOffered, type Problem, step } from './management'

/** What happened in a product, from its observability port. */
export interface Run {
  id: string
  state: 'RUNNING' | 'PUBLISHED' | 'UNCHANGED' | 'FAILED'
  trigger: string
  startedAt: string
  finishedAt?: string | null
  seconds?: number | null
  publication?: number | null
  problems: Problem[]
  quarantined: number
}

const RUNS_SHOWN = 200
const WHILE_RUNNING_MILLISECONDS = 2_000

/** The newest first. While one is going on it is looked at again and again, should its events not arrive. */
export function useRuns(managed: ManagedProduct) {
  return useQuery({
    queryKey: managedKey(managed, 'runs'),
    queryFn: ({ signal }) =>
      manage<{ runs: Run[] }>(managed.address, `observability/runs?limit=${RUNS_SHOWN}`, { signal }).then(
        ({ runs }) => runs,
      ),
    refetchInterval: ({ state }) =>
      state.data?.some(run => run.state === 'RUNNING') ? WHILE_RUNNING_MILLISECONDS : false,
  })
}

export interface Input {
  port: string
  connector: string | null
  description?: string | null
  contractId?: string | null
  /** Where from, without secrets. */
  place?: string | null
  schedule?: string | null
  lastArrivalAt?: string | null
  files?: number | null
  /** Names at the source of what came last. */
  arrived?: string[] | null
  rows?: number | null
  quarantined?: number | null
  lastProblem?: (Problem & { at: string }) | null
}

/** Null where the product does not tell; what discovery knows of its ports remains. */
export function useInputs(managed: ManagedProduct) {
  return useQuery({
    queryKey: managedKey(managed, 'inputs'),
    queryFn: async ({ signal }) => {
      try {
        return (await manage<{ inputs: Input[] }>(managed.address, 'observability/inputs', { signal })).inputs
      } catch (error) {
        if (error instanceof NotOffered) return null
        throw error
      }
    },
  })
}

export interface QuarantinedRow {
  port: string
  sha256: string
  file: string
  line: number
  property?: string
  reason: string
  /** The line as received; empty for those who do not control the product. */
  text: string
}

export const QUARANTINE_SHOWN = 500

export function useQuarantine(managed: ManagedProduct, port: string) {
  return useQuery({
    queryKey: managedKey(managed, 'quarantine', port),
    queryFn: ({ signal }) =>
      manage<{ rows: QuarantinedRow[] }>(
        managed.address,
        `observability/quarantine/${step(port)}?limit=${QUARANTINE_SHOWN}`,
        { signal },
      ).then(({ rows }) => rows),
  })
}

export interface AuditEntry {
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
  subject: string
  dataset: string
}

const AUDIT_PAGE = 100

export function auditPage(
  { address }: ManagedProduct,
  { subject, dataset }: AuditFilter,
  limit: number,
  before: string | undefined,
  signal?: AbortSignal,
): Promise<AuditEntry[]> {
  const parameters = new URLSearchParams({ limit: String(limit) })
  if (subject) parameters.set('subject', subject)
  if (dataset) parameters.set('dataset', dataset)
  if (before) parameters.set('before', before)
  return manage<{ audit: AuditEntry[] }>(address, `observability/audit?${parameters}`, signal ? { signal } : {}).then(
    ({ audit }) => audit,
  )
}

/** Entries that the caller may not know of are left out of an answer, so only an empty one is the end. */
async function fullPage(
  managed: ManagedProduct,
  filter: AuditFilter,
  before: string | undefined,
  signal: AbortSignal,
): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = []
  for (let from = before; entries.length < AUDIT_PAGE; from = entries.at(-1)!.at) {
    const answer = await auditPage(managed, filter, AUDIT_PAGE, from, signal)
    if (answer.length === 0) break
    entries.push(...answer)
  }
  return entries
}

/** The newest first, page by page. */
export function useAudit(managed: ManagedProduct, filter: AuditFilter) {
  return useInfiniteQuery({
    queryKey: managedKey(managed, 'audit', filter.subject, filter.dataset),
    queryFn: ({ pageParam, signal }) => fullPage(managed, filter, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: page => (page.length < AUDIT_PAGE ? undefined : page.at(-1)?.at),
  })
}

const EXPORT_PAGE = 1000
const MOST_EXPORTED = 100_000

/** All that fits, for a file. */
export async function wholeAudit(managed: ManagedProduct, filter: AuditFilter): Promise<AuditEntry[]> {
  const all: AuditEntry[] = []
  for (let before: string | undefined; all.length < MOST_EXPORTED; ) {
    const page = await auditPage(managed, filter, EXPORT_PAGE, before)
    if (page.length === 0) break
    all.push(...page)
    before = page.at(-1)!.at
  }
  return all
}
