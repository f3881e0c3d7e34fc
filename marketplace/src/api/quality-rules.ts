import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type ManagedProduct, managedKey } from './managed-product'
import { manage, NotOffered, step } from './management'

/** A quality rule on a dataset as a whole, as the product judges by it. */
export interface QualityRule {
  id: string
  metric: Metric
  properties: string[]
  arguments: Record<string, unknown>
  unit: 'rows' | 'percent'
  comparison: Comparison
  severity: 'error' | 'warning'
  dimension?: string
  description?: string
}
export type Metric = 'rowCount' | 'nullValues' | 'missingValues' | 'invalidValues' | 'duplicateValues'
export type Comparison = { op: string; value: number } | { op: string; from: number; to: number }

export interface QualityInForce {
  dataset: string
  rules: QualityRule[]
  /** They are not the contract's. */
  overlay: boolean
  changedBy?: string
  changedAt?: string
}

/** Null where the product does not tell. */
export function useQualityRules(managed: ManagedProduct, dataset: string) {
  return useQuery({
    queryKey: managedKey(managed, 'quality', dataset),
    queryFn: async ({ signal }) => {
      try {
        return await manage<QualityInForce>(managed.address, `control/quality/${step(dataset)}`, { signal })
      } catch (error) {
        if (error instanceof NotOffered) return null
        throw error
      }
    },
  })
}

/** In force from the next run on. */
export function usePutQualityRules(managed: ManagedProduct, dataset: string) {
  const shown = useQueryClient()
  return useMutation({
    mutationFn: (rules: QualityRule[]) =>
      manage<{ rules: QualityRule[] }>(managed.address, `control/quality/${step(dataset)}`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(rules.map(asInContract)),
      }),
    onSuccess: () => shown.invalidateQueries({ queryKey: managedKey(managed) }),
  })
}

export function useResetQualityRules(managed: ManagedProduct, dataset: string) {
  const shown = useQueryClient()
  return useMutation({
    mutationFn: () => manage<void>(managed.address, `control/quality/${step(dataset)}`, { method: 'DELETE' }),
    onSuccess: () => shown.invalidateQueries({ queryKey: managedKey(managed) }),
  })
}

/** As a contract writes a rule (ODCS 3.1, "Data Quality"). */
function asInContract(rule: QualityRule): object {
  const { id, metric, properties, unit, comparison, severity, dimension, description } = rule
  const { properties: _properties, ...others } = rule.arguments
  const args = { ...others, ...(properties.length > 0 ? { properties } : {}) }
  return {
    id,
    type: 'library',
    metric,
    ...(Object.keys(args).length > 0 ? { arguments: args } : {}),
    ...(unit === 'percent' ? { unit } : {}),
    [comparison.op]: 'from' in comparison ? [comparison.from, comparison.to] : comparison.value,
    severity,
    ...(dimension ? { dimension } : {}),
    ...(description ? { description } : {}),
  }
}
