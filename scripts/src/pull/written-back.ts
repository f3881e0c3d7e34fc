import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Product } from '@terrane/schema'
import { type Problem, problem } from '@terrane/schema/problems'
import type { ModelOverlay, Overlays, QualityOverlay } from './overlays.js'
import { rulesWritten, withRules } from './quality-rules.js'

/** What pulling would do to a folder. */
export interface WrittenBack {
  /** By file, from the product's folder. Two datasets may be of one contract. */
  files: Map<string, { before: string; after: string; of: string[] }>
  /** What the folder says already. */
  already: string[]
  problems: Problem[]
}

/** Each overlay goes where the folder still says what was deployed under it, and nowhere else. */
export async function writtenBack(product: Product, { models, quality }: Overlays): Promise<WrittenBack> {
  const outcome: WrittenBack = { files: new Map(), already: [], problems: [] }
  for (const overlay of models) await model(product, overlay, outcome)
  for (const overlay of quality) await rules(product, overlay, outcome)
  return outcome
}

async function model(product: Product, overlay: ModelOverlay, outcome: WrittenBack): Promise<void> {
  const { model: name, sql, baseline } = overlay
  const found = product.models.find(one => one.name === name)
  const details = detailsOf(name, overlay)
  if (!found) return tell(outcome, problem('PULL_NOT_IN_FOLDER', details))
  const place = { file: found.file }
  if (sql === undefined) return tell(outcome, problem('PULL_NOT_SHOWN', details, place))
  if (found.sql === sql) return void outcome.already.push(name)
  if (baseline === undefined) return tell(outcome, problem('PULL_NOT_SHOWN', details, place))
  const both = { ...details, overlay: sql.trimEnd() }
  if (overlay.baselineChanged)
    return tell(outcome, problem('PULL_DEPLOYED_DIFFERS', { ...both, deployed: baseline.trimEnd() }, place))
  if (found.sql !== baseline)
    return tell(outcome, problem('PULL_FOLDER_DIFFERS', { ...both, folder: found.sql.trimEnd() }, place))
  outcome.files.set(found.file, { before: found.sql, after: sql, of: [name] })
}

async function rules(product: Product, overlay: QualityOverlay, outcome: WrittenBack): Promise<void> {
  const { dataset: name, rules, baseline } = overlay
  const dataset = product.datasets.find(one => one.name === name)
  const details = detailsOf(name, overlay)
  if (!dataset) return tell(outcome, problem('PULL_NOT_IN_FOLDER', details))
  const { file } = dataset.contract
  if (rules === undefined) return tell(outcome, problem('PULL_NOT_SHOWN', details, dataset.place))
  if (JSON.stringify(dataset.quality) === JSON.stringify(rules)) return void outcome.already.push(`quality of ${name}`)
  if (baseline === undefined) return tell(outcome, problem('PULL_NOT_SHOWN', details, dataset.place))
  const both = { ...details, overlay: shown(rules) }
  if (overlay.baselineChanged)
    return tell(outcome, problem('PULL_DEPLOYED_DIFFERS', { ...both, deployed: shown(baseline) }, dataset.place))
  if (JSON.stringify(dataset.quality) !== JSON.stringify(baseline)) {
    const folder = shown(dataset.quality)
    return tell(outcome, problem('PULL_FOLDER_DIFFERS', { ...both, folder }, dataset.place))
  }
  const known = outcome.files.get(file)
  const before = known?.before ?? (await readFile(path.join(product.folder, file), 'utf8'))
  const after = withRules(known?.after ?? before, file, dataset, rules)
  if (after === undefined) return tell(outcome, problem('PULL_RULES_UNWRITABLE', both, dataset.place))
  outcome.files.set(file, { before, after, of: [...(known?.of ?? []), `quality of ${name}`] })
}

const shown = (rules: Parameters<typeof rulesWritten>[0]) => rulesWritten(rules).trimEnd()
const detailsOf = (name: string, { changedBy, changedAt }: { changedBy: string; changedAt: string }) => ({
  name,
  by: String(changedBy),
  at: String(changedAt),
})

function tell(outcome: WrittenBack, found: Problem): void {
  outcome.problems.push(found)
}
