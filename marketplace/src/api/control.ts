import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { ask } from './ask'
import { type ManagedProduct, managedKey } from './managed-product'
import { manage, type Problem, step } from './management'
import type { Run } from './observability'

/** Changes to a product, through its control port. Each makes all that is shown of it be asked again. */
function useControl<Variables, Told>(managed: ManagedProduct, act: (variables: Variables) => Promise<Told>) {
  const shown = useQueryClient()
  return useMutation({
    mutationFn: act,
    onSuccess: () => {
      // What a run or a grant changes is shown beyond the product's own pages, too; nobody has to wait for that.
      void shown.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'managed' })
      return shown.invalidateQueries({ queryKey: managedKey(managed) })
    },
    onError: () => shown.invalidateQueries({ queryKey: managedKey(managed, 'audit') }),
  })
}

export const useStartRun = (managed: ManagedProduct) =>
  useControl(managed, () => manage<Run>(managed.address, 'control/runs', { method: 'POST' }))

export interface Model {
  name: string
  layer: string
  /** Null where it names what the caller may not know of. */
  sql: string | null
  reads: string[] | null
  overlay: boolean | null
  changedBy: string | null
  changedAt: string | null
}

/** The pipeline as it is in force. */
export function useModels(managed: ManagedProduct) {
  return useQuery({
    queryKey: managedKey(managed, 'models'),
    queryFn: async ({ signal }) => {
      const { data } = await ask<{ at: { product: { models: Model[] | null } | null } | null }>(
        `{ at: ${managed.rootField} { product { models { name layer sql reads overlay changedBy changedAt } } } }`,
        {},
        signal,
      )
      return data.at?.product?.models ?? []
    },
  })
}

/** What the product says to new SQL. */
export interface Verdict {
  accepted: boolean
  dryRun: boolean
  problems: Problem[]
  /** For those who may read everything. */
  rowCount?: number
  rows?: Record<string, unknown>[]
}

interface NewSql {
  model: string
  sql: string
}

/** Refused SQL is thrown as `Refused`, with the product's reasons and their lines. */
const putModel = ({ address }: ManagedProduct, { model, sql }: NewSql, dryRun: boolean) =>
  manage<Verdict>(address, `control/pipeline/${step(model)}?dryRun=${dryRun}`, {
    method: 'PUT',
    headers: { 'content-type': 'text/sql' },
    body: sql,
  })

export const useDryRun = (managed: ManagedProduct) =>
  useMutation({ mutationFn: (given: NewSql) => putModel(managed, given, true) })

export const usePutModel = (managed: ManagedProduct) =>
  useControl(managed, (given: NewSql) => putModel(managed, given, false))

export const useResetModel = (managed: ManagedProduct) =>
  useControl(managed, (model: string) =>
    manage<void>(managed.address, `control/pipeline/${step(model)}`, { method: 'DELETE' }),
  )

/** As the control port reads it; what is not said is left out. */
export interface NewGrant {
  effect?: 'allow' | 'deny'
  subject: string
  actions: string[]
  dataset: string
  properties?: string[]
  classifications?: string[]
  rowFilter?: unknown
  masks?: Record<string, unknown>
  until?: string
  reason?: string
}

export const usePutGrant = (managed: ManagedProduct) =>
  useControl(managed, (grant: NewGrant) =>
    manage<{ id: string }>(managed.address, 'control/grants', {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(grant),
    }),
  )

export const useRevokeGrant = (managed: ManagedProduct) =>
  useControl(managed, (id: string) => manage<void>(managed.address, `control/grants/${step(id)}`, { method: 'DELETE' }))
