import { createHash } from 'node:crypto'
import type { QualityRule } from '@terrane/schema'
import type { QualityOverlay } from '../stores/stores.js'
import type { Asking, ManagedProduct } from './port.js'
import { baselineOf } from './quality-overlays.js'
import { audited } from './rights.js'
import { sightOf } from './sight.js'

interface Changed {
  changedBy: string
  changedAt: string
  /** What was deployed has changed since under it: it was never meant to stand over what is there now. */
  baselineChanged: boolean
}

/** All that the control port put over what was deployed, for whoever writes it back into the folder. */
export interface OverlaysInForce {
  /** Without `sql` or `baseline` where the caller may not see it, or where nothing of it was deployed. */
  models: (Changed & { model: string; sql?: string; baseline?: string })[]
  quality: (Changed & { dataset: string; rules?: QualityRule[]; baseline?: QualityRule[] })[]
}

export function overlaysInForce(managed: ManagedProduct, asking: Asking): Promise<OverlaysInForce> {
  return audited(managed, asking, 'observe', { action: 'see overlays' }, async () => {
    const { product, stores } = managed
    const { tells } = sightOf(product, asking.decision)
    const [models, quality] = await Promise.all([stores.metadata.overlays(), stores.metadata.qualityOverlays()])
    return {
      models: models
        .filter(({ model }) => !tells(model))
        .map(({ model: name, sql, baselineSha256, by, at }) => {
          const model = product.models.find(one => one.name === name)
          return {
            model: name,
            ...(tells(sql) ? {} : { sql }),
            ...(model && !tells(model.sql) ? { baseline: model.sql } : {}),
            changedBy: by,
            changedAt: at,
            baselineChanged: model === undefined || sha256(model.sql) !== baselineSha256,
          }
        }),
      quality: quality.filter(({ dataset }) => !tells(dataset)).map(overlay => qualityShown(overlay, managed, tells)),
    }
  })
}

/** The folder says by now what was put over it: that is in force as the folder's from here on. */
export async function settleOverlays({ product, stores: { metadata } }: Pick<ManagedProduct, 'product' | 'stores'>) {
  const [models, quality] = await Promise.all([metadata.overlays(), metadata.qualityOverlays()])
  for (const { model, sql } of models) {
    if (product.models.find(one => one.name === model)?.sql === sql) await metadata.removeOverlay(model)
  }
  for (const { dataset: name, rules } of quality) {
    const dataset = product.datasets.find(one => one.name === name)
    if (dataset && JSON.stringify(dataset.quality) === JSON.stringify(rules)) await metadata.removeQualityOverlay(name)
  }
}

function qualityShown(
  { dataset: name, rules, baselineSha256, by, at }: QualityOverlay,
  { product }: ManagedProduct,
  tells: (text: string) => boolean,
): OverlaysInForce['quality'][number] {
  const dataset = product.datasets.find(one => one.name === name)
  // Half of the rules is not what is in force.
  return {
    dataset: name,
    ...(tells(JSON.stringify(rules)) ? {} : { rules }),
    ...(dataset && !tells(JSON.stringify(dataset.quality)) ? { baseline: dataset.quality } : {}),
    changedBy: by,
    changedAt: at,
    baselineChanged: dataset === undefined || baselineOf(dataset) !== baselineSha256,
  }
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
