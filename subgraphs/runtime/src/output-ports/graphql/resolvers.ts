import type { AggregateArguments, Condition, Dataset, ProductResolvers } from '@terrane/schema'
import { type Reading, readable } from '../reading.js'
import { badInput } from '../refusal.js'
import type { GraphContext } from './context.js'
import { publicationOf, readCursor, writeCursor } from './cursor.js'

/** Rows of one page; whoever wants more takes the download. */
export const LARGEST_PAGE = 1000
/** Groups of one aggregate where the client does not say. */
const LARGEST_AGGREGATE = 10_000

/** How a product's graph reads its data: rows from the row store, aggregates from the column store, all through the pin. */
export const dataResolvers: Pick<ProductResolvers<GraphContext>, 'page' | 'totalCount' | 'row' | 'aggregate'> = {
  async page(dataset, { where, orderBy, first, after, asOf, properties }, { reading, allowance }) {
    if (!Number.isInteger(first) || first < 0 || first > LARGEST_PAGE) {
      throw badInput(`\`first\` is a number from 0 to ${LARGEST_PAGE}.`)
    }
    const sorted = orderBy.map(order => order.property)
    const decision = reading.may(dataset.name, [...namedIn(where), ...sorted])
    const publication = after === undefined ? undefined : publicationOf(after)
    if (publication !== undefined && asOf !== undefined && asOf !== publication) {
      throw badInput('`after` is a cursor of another publication than `asOf`.')
    }
    const pin = await reading.pin(publication ?? asOf)
    const walk = { manifest: pin.manifest, dataset: dataset.name, orderBy }
    const position = after === undefined ? undefined : readCursor(after, walk)
    const selected = readableOf(reading, dataset, properties)
    // One more than asked says whether there is a next page.
    const found = await allowance.read(() =>
      pin.rows.page(
        dataset,
        {
          properties: selected,
          orderBy,
          first: first + 1,
          ...(where ? { where } : {}),
          ...(position ? { after: position } : {}),
        },
        decision,
      ),
    )
    allowance.took(found.length * selected.length)
    const rows = found.slice(0, first)
    reading.note(dataset.name, [...selected, ...namedIn(where), ...sorted], rows.length, pin.number)
    return {
      rows: rows.map(({ row, position: at }) => ({
        row,
        // Made where it is asked for: most pages need their last one only.
        get cursor() {
          return writeCursor(at, walk)
        },
      })),
      hasNextPage: found.length > first,
      hasPreviousPage: position !== undefined,
      ...(position ? { publication: pin.number } : {}),
    }
  },

  async totalCount(dataset, { where, orderBy, asOf, after }, { reading, allowance }) {
    const named = [...namedIn(where), ...orderBy.map(order => order.property)]
    const decision = reading.may(dataset.name, named)
    const pin = await reading.pin(after === undefined ? asOf : publicationOf(after))
    // It counts what the cursor walks through, so it must be one of that.
    if (after !== undefined) readCursor(after, { manifest: pin.manifest, dataset: dataset.name, orderBy })
    const count = await allowance.read(() => pin.rows.count(dataset, where, decision))
    reading.note(dataset.name, named, 0, pin.number)
    return count
  },

  async row(dataset, key, properties, asOf, { reading, loaders }) {
    reading.may(dataset.name)
    return loaders.load(dataset, key, readableOf(reading, dataset, properties), asOf)
  },

  async aggregate(dataset, args, { reading, allowance }) {
    const named = namedInAggregate(args)
    const decision = reading.may(dataset.name, named)
    if (args.first !== undefined && (args.first < 0 || args.first > LARGEST_AGGREGATE)) {
      throw badInput(`\`first\` is a number from 0 to ${LARGEST_AGGREGATE}.`)
    }
    const pin = await reading.pin(args.asOf)
    const question = { ...args, first: args.first ?? LARGEST_AGGREGATE }
    const rows = await allowance.read(() => pin.columns.aggregate(dataset, question, decision))
    allowance.took(rows.length * (args.groupBy.length + args.measures.length))
    reading.note(dataset.name, named, rows.length, pin.number)
    return rows
  },
}

/** Denied properties are never fetched; their own fields answer with the error. Keys come with the dataset's grant. */
function readableOf(reading: Reading, dataset: Dataset, properties: string[]): string[] {
  const decision = reading.may(dataset.name)
  return [...new Set([...dataset.primaryKey, ...properties])].filter(property => readable(decision, property))
}

/** Every property that a condition looks at: to filter by a value is to read it. */
export function namedIn(condition: Condition | undefined): string[] {
  if (!condition) return []
  if ('and' in condition) return condition.and.flatMap(namedIn)
  if ('or' in condition) return condition.or.flatMap(namedIn)
  if ('not' in condition) return namedIn(condition.not)
  return [condition.property]
}

function namedInAggregate({ groupBy, measures, where, orderBy }: AggregateArguments): string[] {
  const asked = orderBy.map(order => ('dimension' in order ? order.dimension : order.measure))
  return [
    ...new Set([
      ...namedIn(where),
      ...[...groupBy, ...measures, ...asked].flatMap(item => ('property' in item ? [item.property] : [])),
    ]),
  ]
}
