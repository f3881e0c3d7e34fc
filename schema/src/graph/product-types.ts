import { GraphQLInt, type GraphQLObjectType, type GraphQLResolveInfo, getNamedType } from 'graphql'
import { Control } from '../fixed-api/control.js'
import { DataProduct } from '../fixed-api/data-product.js'
import { refuseSeveralChanges } from './control-guard.js'
import { answerAggregate, answerConnection, answerOne, answerTotalCount, findReferred } from './dataset-resolvers.js'
import { connectionArguments, datasetField, datasetTypes } from './dataset-types.js'
import type { DatasetNames, GraphNames } from './names.js'
import { outputType } from './output-types.js'
import { sortable } from './property-fields.js'
import { foreignEntities, referenceField, referencesOf, reverseField } from './references.js'
import type { ControlResolvers, ProductResolvers } from './resolvers.js'
import { fieldNames, propertiesOf, selectionBelow, selectionOf } from './selection.js'
import { type ArgumentPlan, type FieldPlan, list, type ObjectPlan, one, required, type TypePlan } from './type-plan.js'

const AS_OF_ARGUMENT: ArgumentPlan = {
  name: 'asOf',
  type: one(GraphQLInt),
  description: 'Number of the publication to read; the current one without it.',
}

/** All types of a product's own, wired to whoever answers them. */
export function productTypes(graph: GraphNames, resolvers?: ProductResolvers<unknown>): TypePlan[] {
  const { product } = graph
  const references = referencesOf(graph)
  const datasets = graph.datasets.filter(names => names.properties.length > 0)
  return [
    {
      kind: 'object',
      name: 'Query',
      fields: [
        { name: graph.field, type: one(graph.type), description: product.description.purpose, resolve: () => ({}) },
      ],
    },
    {
      kind: 'object',
      name: 'Mutation',
      fields: [
        {
          name: graph.field,
          type: one(graph.control),
          description: `Changes ${product.name}: one change per operation's \`${graph.field}\`.`,
          resolve: (_parent, _args, _context, info) => {
            refuseSeveralChanges(info)
            return resolvers && new Control(resolvers.control as ControlResolvers<unknown>)
          },
        },
      ],
    },
    {
      kind: 'object',
      name: graph.type,
      description: product.description.purpose,
      fields: [
        {
          name: 'product',
          type: one(DataProduct),
          description: 'What this product is, what it means, and whether to trust it.',
          resolve: async (_parent, _args, context, info) =>
            resolvers ? new DataProduct(await resolvers.product(context, asksForSamples(info)), resolvers) : null,
        },
        ...datasets.flatMap(names => rootFields(graph, names, resolvers)),
      ],
    },
    { kind: 'object', name: graph.control, extends: Control, fields: [] },
    ...datasets.flatMap(names => {
      const [row, ...others] = datasetTypes(graph, names) as [ObjectPlan, ...TypePlan[]]
      const outgoing = references.filter(reference => reference.from === names)
      const incoming = references.filter(reference => reference.target === names)
      row.fields.push(
        ...outgoing.map(reference => referenceField(graph, reference, resolvers)),
        ...incoming.map(reference => reverseField(graph, reference, resolvers)),
      )
      if (resolvers) wireEntity(row, others, names, resolvers)
      return [row, ...others]
    }),
    ...foreignEntities(graph, references, resolvers),
  ]
}

function rootFields(graph: GraphNames, names: DatasetNames, resolvers?: ProductResolvers<unknown>): FieldPlan[] {
  const { dataset, types } = names
  const whole = { ...datasetField(graph, names), description: dataset.description, deprecated: dataset.deprecated }
  const grouping: ArgumentPlan[] =
    sortable(names).length > 0
      ? [
          { name: 'groupBy', type: list(types.dimension), description: 'Nothing: one group of everything.' },
          { name: 'where', type: one(types.where) },
          { name: 'orderBy', type: list(types.aggregateOrderBy), description: 'One member per item.' },
          { name: 'first', type: one(GraphQLInt), description: 'At most, and without it, 10000 groups.' },
        ]
      : [{ name: 'where', type: one(types.where) }]
  return [
    {
      ...whole,
      name: names.list,
      type: one(types.connection),
      args: [...connectionArguments(names), AS_OF_ARGUMENT],
      ...(resolvers ? { resolve: answerConnection(names, resolvers) } : {}),
    },
    ...(names.one === undefined
      ? []
      : [
          {
            ...whole,
            name: names.one,
            type: one(types.row),
            args: [
              ...names.key.map(key => ({ name: key.field, type: required(outputType(names, key).of) })),
              ...(names.key.some(key => key.field === AS_OF_ARGUMENT.name) ? [] : [AS_OF_ARGUMENT]),
            ],
            ...(resolvers ? { resolve: answerOne(names, resolvers) } : {}),
          },
        ]),
    {
      ...whole,
      name: names.aggregate,
      type: list(types.aggregate),
      args: [...grouping, AS_OF_ARGUMENT],
      ...(resolvers ? { resolve: answerAggregate(names, resolvers) } : {}),
    },
  ]
}

function wireEntity(row: ObjectPlan, others: TypePlan[], names: DatasetNames, resolvers: ProductResolvers<unknown>) {
  if (names.key.length > 0) {
    row.resolveReference = async (reference, context, info) => {
      const selected = selectionOf(info, info.schema.getType(row.name) as Parameters<typeof selectionOf>[1])
      return findReferred(names, resolvers, reference, undefined, propertiesOf(names, selected), context)
    }
  }
  const connection = others.find(type => type.name === names.types.connection) as ObjectPlan
  connection.fields.find(field => field.name === 'totalCount')!.resolve = answerTotalCount(names, resolvers)
}

function asksForSamples(info: GraphQLResolveInfo): boolean {
  const type = getNamedType(info.returnType) as GraphQLObjectType
  return fieldNames(selectionBelow(info, type, selectionOf(info), 'datasets')).has('sample')
}
