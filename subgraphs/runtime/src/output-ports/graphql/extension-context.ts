import {
  type AggregateArguments,
  type Dataset,
  type ExtensionContext,
  type Product,
  parseCondition,
  type Row,
} from '@terrane/schema'
import { readable } from '../reading.js'
import type { GraphContext } from './context.js'
import { dataResolvers, LARGEST_PAGE } from './resolvers.js'

/**
 * How code of a product's `resolvers.ts` reads: the questions of the graph itself, so the pin, the caller's decision, row
 * filters, masks and the audit are in all of them. It holds no store and hands none out.
 */
export function extensionContext(product: Product, context: GraphContext): ExtensionContext {
  const { caller, reading } = context
  const datasetOf = (name: string): Dataset => {
    const found = product.datasets.find(dataset => dataset.name === name)
    if (!found) throw new TypeError(`${product.name} has no dataset ${name}.`)
    return found
  }
  /** Named ones must be readable; without names it is all that are. */
  const propertiesOf = (dataset: Dataset, named: string[] | undefined): string[] => {
    const decision = reading.may(dataset.name, named)
    return named ?? dataset.properties.map(({ name }) => name).filter(name => readable(decision, name))
  }
  return Object.freeze({
    caller: Object.freeze({
      subject: caller.subject,
      authenticated: caller.authenticated,
      roles: Object.freeze([...caller.roles]),
    }),
    async rows(
      name: string,
      { where, orderBy = [], first = 50, properties }: Parameters<ExtensionContext['rows']>[1] = {},
    ) {
      const dataset = datasetOf(name)
      const { condition, problems } = where === undefined ? { problems: [] } : parseCondition(dataset, where)
      if (problems[0]) throw new TypeError(`${problems[0].message} ${problems[0].hint}`)
      const question = { orderBy, first: Math.min(first, LARGEST_PAGE), properties: propertiesOf(dataset, properties) }
      const page = await dataResolvers.page(
        dataset,
        { ...question, ...(condition ? { where: condition } : {}) },
        context,
      )
      return page.rows.map(({ row }): Row => row)
    },
    async row(name: string, key: Parameters<ExtensionContext['row']>[1], properties?: string[]) {
      const dataset = datasetOf(name)
      return dataResolvers.row(dataset, key, propertiesOf(dataset, properties), undefined, context)
    },
    async aggregate(name: string, question: AggregateArguments) {
      return dataResolvers.aggregate(datasetOf(name), question, context)
    },
  })
}
