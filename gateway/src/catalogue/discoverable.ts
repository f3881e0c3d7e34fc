import type { Operation } from '../executor/operation.js'
import type { Product } from '../supergraph/products.js'
import { visibleProducts } from './visible-product.js'

/** Products with those of their datasets that this caller may know of, by name. */
export function discoverable(products: Product[], operation: Pick<Operation, 'decisions'>): Product['info'][] {
  return visibleProducts(products, operation).map(seen => {
    const { title, description, fedBy: _, ...info } = seen.product.info
    const datasets = info.datasets.flatMap(({ description: __, ...dataset }) => {
      const known = seen.datasets.find(({ name }) => name === dataset.name)
      return known
        ? [{ ...dataset, ...(known.description === undefined ? {} : { description: known.description }) }]
        : []
    })
    const shown = Object.entries(description ?? {}).filter(([, text]) => !seen.tells(text))
    return {
      ...info,
      ...(seen.title === undefined ? {} : { title: seen.title }),
      ...(description === undefined ? {} : { description: Object.fromEntries(shown) }),
      tags: seen.tags,
      owner: seen.owner,
      datasets,
    }
  })
}
