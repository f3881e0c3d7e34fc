import { GraphQLError, type GraphQLObjectType, type GraphQLResolveInfo } from 'graphql'
import type { Condition } from '../authorisation/condition.js'
import type { Row } from '../contracts/model.js'
import {
  aggregateOrderOf,
  conditionOf,
  dimensionOf,
  FUNCTIONS,
  groupLimit,
  keyValue,
  orderOf,
  pageSize,
  publicationOf,
} from './arguments.js'
import type { DatasetNames, DimensionNames } from './names.js'
import type { AggregateArguments, Measure, PageArguments, ProductResolvers } from './resolvers.js'
import { fieldNames, propertiesOf, type Selection, selectionBelow, selectionOf } from './selection.js'
import { AS_OF, type FieldAnswer, type GraphNode } from './type-plan.js'

/** Answers for the fields of a dataset: arguments in, questions to `ProductResolvers`, nodes out. */

/** A connection's own question, for its total. */
const QUESTION = Symbol('question')

type Resolvers = ProductResolvers<unknown>
type Question = Pick<PageArguments, 'where' | 'orderBy' | 'asOf' | 'after'>

export function nodeOf(names: DatasetNames, row: Row, asOf: number | undefined): GraphNode {
  const node: GraphNode = {}
  for (const [name, value] of Object.entries(row)) {
    const property = names.property(name)
    if (property) node[property.field] = value
  }
  if (asOf !== undefined) node[AS_OF] = asOf
  return node
}

/** `filter`: what the field's place adds to `where`; undefined where it leaves nothing to ask for. */
export function answerConnection(
  names: DatasetNames,
  resolvers: Resolvers,
  filter: (parent: GraphNode) => Condition | undefined = () => ({ and: [] }),
): FieldAnswer {
  return async (parent, args, context, info) => {
    const added = filter(parent)
    if (added === undefined) return null
    const asked = conditionOf(names, args.where)
    const where = 'and' in added && added.and.length === 0 ? asked : asked ? { and: [added, asked] } : added
    const asOf = publicationOf(args.asOf) ?? parent[AS_OF]
    const orderBy = orderOf(names, args.orderBy)
    const question: Question = { where, orderBy, asOf, after: (args.after as string | null | undefined) ?? undefined }
    const first = pageSize(args.first)
    const { asksForPage, asksForEdges, properties } = pageSelection(names, info)
    if (!asksForPage) return { [QUESTION]: question }
    const page = await resolvers.page(names.dataset, { ...question, first, properties }, context)
    const nodes = page.rows.map(({ row }) => nodeOf(names, row, asOf ?? page.publication))
    // Cursors may be made only when they are looked at.
    const edges = asksForEdges ? page.rows.map((each, index) => ({ cursor: each.cursor, node: nodes[index] })) : []
    return {
      [QUESTION]: question,
      edges,
      nodes,
      pageInfo: {
        hasNextPage: page.hasNextPage,
        hasPreviousPage: page.hasPreviousPage,
        startCursor: page.rows.at(0)?.cursor ?? null,
        endCursor: page.rows.at(-1)?.cursor ?? null,
      },
    }
  }
}

/** Counting reads every row: it is a question of its own, asked only by whoever selects it. */
export function answerTotalCount(names: DatasetNames, resolvers: Resolvers): FieldAnswer {
  return (connection, _args, context) =>
    resolvers.totalCount(names.dataset, (connection as { [QUESTION]?: Question })[QUESTION]!, context)
}

export function answerOne(names: DatasetNames, resolvers: Resolvers): FieldAnswer {
  return (_parent, args, context, info) => {
    // A key may itself be called `as_of`; the argument is that key then (product-types.ts).
    const asOf = names.key.some(key => key.field === 'asOf') ? undefined : publicationOf(args.asOf)
    return findRow(names, resolvers, args, asOf, propertiesOf(names, selectionOf(info)), context)
  }
}

/** By the fields of the primary key, whose values may come from anywhere. */
export async function findRow(
  names: DatasetNames,
  resolvers: Resolvers,
  fields: Record<string, unknown>,
  asOf: number | undefined,
  properties: string[],
  context: unknown,
): Promise<GraphNode | null> {
  const key = names.key.map(({ field, property }) => keyValue(property, fields[field]))
  if (key.includes(undefined)) return null
  const row = await resolvers.row(names.dataset, key as Row[string][], properties, asOf, context)
  return row === null ? null : nodeOf(names, row, asOf)
}

/**
 * As `findRow`, where something refers to the row: a reference into nothing is a loss, and is told as one. Whether the
 * row is absent or kept from this caller is not told apart.
 */
export async function findReferred(...question: Parameters<typeof findRow>): Promise<GraphNode> {
  const [names, , fields] = question
  const node = await findRow(...question)
  if (node !== null) return node
  const key = names.key.map(({ field }) => fields[field]).join(', ')
  throw new GraphQLError(`There is no ${names.types.row} of the key ${key} that you may see.`, {
    extensions: { code: 'ENTITY_NOT_FOUND' },
  })
}

export function answerAggregate(names: DatasetNames, resolvers: Resolvers): FieldAnswer {
  return async (_parent, args, context, info) => {
    const members = [...new Set((args.groupBy as string[] | null | undefined) ?? [])]
    const groupBy = members.map(member => names.dimension(member)!)
    const order = aggregateOrderOf(names, groupBy, args.orderBy)
    const measures = measuresOf(names, info)
    for (const item of order) if ('measure' in item && !measures.some(same(item.measure))) measures.push(item.measure)
    const question: AggregateArguments = {
      groupBy: groupBy.map(dimensionOf),
      measures,
      where: conditionOf(names, args.where),
      orderBy: order.map(item => ('measure' in item ? item : { ...item, dimension: dimensionOf(item.dimension) })),
      first: groupLimit(args.first),
      asOf: publicationOf(args.asOf),
    }
    const rows = await resolvers.aggregate(names.dataset, question, context)
    return rows.map(row => aggregateNode(names, groupBy, measures, row))
  }
}

function aggregateNode(
  names: DatasetNames,
  groupBy: DimensionNames[],
  measures: Measure[],
  row: { group: unknown[]; measures: unknown[] },
): GraphNode {
  const group: GraphNode = {}
  groupBy.forEach((dimension, index) => {
    group[dimension.field] = row.group[index]
  })
  const node: Record<string, GraphNode | unknown> = { group }
  for (const fn of FUNCTIONS) node[fn] = {}
  measures.forEach((measure, index) => {
    if (measure.fn === 'count') node.count = row.measures[index]
    else (node[measure.fn] as GraphNode)[names.property(measure.property)!.field] = row.measures[index]
  })
  return node
}

function measuresOf(names: DatasetNames, info: GraphQLResolveInfo): Measure[] {
  const selected = selectionOf(info)
  const type = objectType(info, names.types.aggregate)
  const measures: Measure[] = fieldNames(selected).has('count') ? [{ fn: 'count' }] : []
  for (const fn of FUNCTIONS) {
    for (const field of fieldNames(selectionBelow(info, type, selected, fn))) {
      const property = names.byField(field)?.property.name
      if (property !== undefined) measures.push({ fn, property })
    }
  }
  return measures
}

function pageSelection(names: DatasetNames, info: GraphQLResolveInfo) {
  const selected = selectionOf(info)
  const connection = objectType(info, names.types.connection)
  const edges = selectionBelow(info, connection, selected, 'edges')
  const below: Selection[] = [
    selectionBelow(info, connection, selected, 'nodes'),
    selectionBelow(info, objectType(info, names.types.edge), edges, 'node'),
  ]
  const fields = fieldNames(selected)
  return {
    asksForPage: fields.has('nodes') || fields.has('edges') || fields.has('pageInfo'),
    asksForEdges: fields.has('edges'),
    properties: propertiesOf(names, ...below),
  }
}

const objectType = (info: GraphQLResolveInfo, name: string) => info.schema.getType(name) as GraphQLObjectType
const same = (measure: Measure) => (other: Measure) =>
  measure.fn === other.fn &&
  ('property' in measure ? measure.property : '') === ('property' in other ? other.property : '')
