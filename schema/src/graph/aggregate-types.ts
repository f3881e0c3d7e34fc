import { GraphQLFloat, GraphQLInt } from 'graphql'
import { SortOrder } from '../fixed-api/filters.js'
import type { DatasetNames, GraphNames, PropertyNames } from './names.js'
import { outputType, sumType } from './output-types.js'
import { naming, orderType, propertyField, sortable, summable } from './property-fields.js'
import { DateScalar } from './scalars.js'
import { type FieldPlan, type NamedTypeOf, one, type TypeOf, type TypePlan } from './type-plan.js'

/** The types behind `ordersAggregate`: dimensions, measures, and the order of groups. */
export function aggregateTypes(graph: GraphNames, names: DatasetNames): TypePlan[] {
  const { types } = names
  const dataset = names.dataset.name
  const values = sortable(names)
  const numbers = summable(names)
  const count: FieldPlan = { name: 'count', type: one(GraphQLInt) }
  if (values.length === 0) return [{ kind: 'object', name: types.aggregate, dataset, fields: [count] }]

  const dimensions = values.flatMap(of => of.dimensions.map(dimension => ({ ...dimension, of })))
  /** One member per function, where there is a property that it applies to. */
  const functions = (of: Record<'sum' | 'avg' | 'min' | 'max' | 'countDistinct', NamedTypeOf>): FieldPlan[] => [
    ...(numbers.length > 0
      ? [
          { name: 'sum', type: one(of.sum) },
          { name: 'avg', type: one(of.avg) },
        ]
      : []),
    { name: 'min', type: one(of.min) },
    { name: 'max', type: one(of.max) },
    { name: 'countDistinct', type: one(of.countDistinct) },
  ]
  const measured = (name: string, properties: PropertyNames[], type: (each: PropertyNames) => TypeOf): TypePlan[] => {
    const fields = properties.map(each => ({ ...propertyField(graph, names, each), type: type(each) }))
    return fields.length === 0 ? [] : [{ kind: 'object', name, dataset, fields }]
  }
  return [
    {
      kind: 'enum',
      name: types.dimension,
      dataset,
      description: 'What rows can be grouped by: a value, or a part of its date.',
      members: dimensions.map(({ member, property }) => ({ name: member, names: naming(dataset, property) })),
    },
    {
      kind: 'object',
      name: types.aggregate,
      dataset,
      fields: [{ name: 'group', type: one(types.group) }, count, ...functions(types)],
    },
    {
      kind: 'object',
      name: types.group,
      dataset,
      description: 'The values that a group has in common; null also for what `groupBy` does not name.',
      fields: dimensions.map(({ of, field, part }) => ({
        ...propertyField(graph, names, of),
        name: field,
        type: part ? one(DateScalar) : outputType(names, of),
        ...(part ? { description: part === 'DAY' ? 'Its day.' : `First day of its ${part.toLowerCase()}.` } : {}),
      })),
    },
    ...measured(types.sum, numbers, ({ property }) => one(sumType(property.type))),
    ...measured(types.avg, numbers, () => one(GraphQLFloat)),
    ...measured(types.min, values, each => outputType(names, each)),
    ...measured(types.max, values, each => outputType(names, each)),
    ...measured(types.countDistinct, values, () => one(GraphQLInt)),
    {
      kind: 'input',
      name: types.aggregateOrderBy,
      dataset,
      description: 'One member per item, and one in that: `{sum: {amount: DESC}}`.',
      fields: [
        { name: 'group', type: one(types.groupOrderBy) },
        { name: 'count', type: one(SortOrder) },
        ...functions({
          sum: types.numberOrderBy,
          avg: types.numberOrderBy,
          min: types.orderBy,
          max: types.orderBy,
          countDistinct: types.orderBy,
        }),
      ],
    },
    {
      kind: 'input',
      name: types.groupOrderBy,
      dataset,
      fields: dimensions.map(({ field, property }) => ({
        name: field,
        type: one(SortOrder),
        names: naming(dataset, property),
      })),
    },
    ...orderType(names, types.numberOrderBy, numbers),
  ]
}
