import type { Model } from '../../api/control'

/** `abstraction.orders_clean` */
export const tableOf = ({ layer, name }: Pick<Model, 'layer' | 'name'>) => `${layer}.${name}`

/** Whatever is read comes before its reader; else as the product tells them. */
export function inOrder(models: Model[]): Model[] {
  const placed = new Set<Model>()
  const place = (model: Model) => {
    if (placed.has(model)) return
    // Before its reads are looked at: the product's own check forbids circles, a page must not hang on one.
    const before = models.filter(other => other !== model && model.reads?.includes(tableOf(other)))
    pending.add(model)
    for (const other of before) if (!pending.has(other)) place(other)
    placed.add(model)
  }
  const pending = new Set<Model>()
  for (const model of models) place(model)
  return [...placed]
}
