import { createHash } from 'node:crypto'
import { type Dataset, type Problem, type QualityRule, readQualityRules } from '@terrane/schema'
import type { QualityOverlay } from '../stores/stores.js'
import type { Asking, ManagedProduct } from './port.js'
import { audited } from './rights.js'
import { sightOf } from './sight.js'
import { visibleProblem } from './visible-run.js'

/** The rules on a dataset as a whole that the next run judges by; those on its properties are the contract's alone. */
export interface QualityInForce {
  dataset: string
  /** As the document says them. */
  rules: QualityRule[]
  overlay: boolean
  changedBy?: string
  changedAt?: string
}

/** Undefined where there is no such dataset, or none that the caller may know of. */
export function qualityInForce(
  managed: ManagedProduct,
  name: string,
  asking: Asking,
): Promise<QualityInForce | undefined> {
  return audited(managed, asking, 'observe', { action: 'see quality rules' }, async () => {
    const dataset = knownDataset(managed, name, asking)
    if (!dataset) return undefined
    const { tells } = sightOf(managed.product, asking.decision)
    const overlay = (await managed.stores.metadata.qualityOverlays()).find(one => one.dataset === name)
    const rules = (overlay?.rules ?? dataset.quality).filter(rule => !tells(JSON.stringify(rule)))
    if (!overlay) return { dataset: name, rules, overlay: false }
    return { dataset: name, rules, overlay: true, changedBy: overlay.by, changedAt: overlay.at }
  })
}

/**
 * Puts rules over the contract's, from the next run on. `rules` is absent where they are refused, and all of it where there
 * is no such dataset. What hides from the caller stays: they can neither see it nor take it away.
 */
export function putQuality(
  managed: ManagedProduct,
  name: string,
  document: string,
  asking: Asking,
): Promise<{ rules?: QualityRule[]; problems: Problem[] } | undefined> {
  const dataset = knownDataset(managed, name, asking)
  const what = { action: 'put quality', ...(dataset ? { dataset: dataset.name } : {}) }
  const put = async () => {
    if (!dataset) return undefined
    const sight = sightOf(managed.product, asking.decision)
    const known = sight.properties(dataset).map(property => property.name)
    const { rules, problems } = readQualityRules(document, dataset, known)
    const shown = problems.map(each => visibleProblem(each, sight))
    if (!rules) return { problems: shown }
    const { metadata } = managed.stores
    const before = (await metadata.qualityOverlays()).find(one => one.dataset === name)?.rules ?? dataset.quality
    const all = [...before.filter(rule => sight.tells(JSON.stringify(rule))), ...rules]
    // What the contract says anyway is no drift.
    if (JSON.stringify(all) === JSON.stringify(dataset.quality)) await metadata.removeQualityOverlay(name)
    else {
      const written = { by: asking.caller.subject, at: new Date().toISOString() }
      await metadata.putQualityOverlay({ dataset: name, rules: all, baselineSha256: baselineOf(dataset), ...written })
    }
    return { rules, problems: shown }
  }
  return audited(managed, asking, 'control', what, put, done =>
    done?.rules ? undefined : (done?.problems.map(({ code }) => code).join(', ') ?? 'there is no such dataset'),
  )
}

/** The contract's rules count again. False where nothing was over them. */
export function resetQuality(managed: ManagedProduct, name: string, asking: Asking): Promise<boolean> {
  const known = knownDataset(managed, name, asking) !== undefined
  const what = { action: 'reset quality', ...(known ? { dataset: name } : {}) }
  return audited(
    managed,
    asking,
    'control',
    what,
    async () => known && managed.stores.metadata.removeQualityOverlay(name),
    removed => (removed ? undefined : 'there is none'),
  )
}

/** The datasets with the rules in force. */
export function withOverlays(datasets: Dataset[], overlays: QualityOverlay[]): Dataset[] {
  return datasets.map(dataset => {
    const overlay = overlays.find(one => one.dataset === dataset.name)
    return overlay ? { ...dataset, quality: overlay.rules } : dataset
  })
}

export const baselineOf = ({ quality }: Pick<Dataset, 'quality'>) =>
  createHash('sha256').update(JSON.stringify(quality)).digest('hex')

function knownDataset({ product }: ManagedProduct, name: string, asking: Asking): Dataset | undefined {
  return sightOf(product, asking.decision).datasets.find(dataset => dataset.name === name)
}
