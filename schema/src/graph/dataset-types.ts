import { GraphQLInt, GraphQLString } from 'graphql'
import type { Property } from '../contracts/model.js'
import { PageInfo } from '../fixed-api/page-info.js'
import { aggregateTypes } from './aggregate-types.js'
import type { DatasetNames, GraphNames } from './names.js'
import { filterOf, outputType } from './output-types.js'
import { policyDirective, requiredPolicy } from './policy-keys.js'
import { naming, orderType, propertyField, sortable } from './property-fields.js'
import { type ArgumentPlan, type FieldPlan, list, one, required, requiredList, type TypePlan } from './type-plan.js'

/** The types that exist for one dataset, but for the fields that lead to other entities (references.ts). */
export function datasetTypes(graph: GraphNames, names: DatasetNames): TypePlan[] {
  const { dataset, types } = names
  return [
    {
      kind: 'object',
      name: types.row,
      dataset: dataset.name,
      description: dataset.description,
      directives: [
        ...(names.key.length > 0 ? [`@key(fields: "${names.key.map(key => key.field).join(' ')}")`] : []),
        ...policyDirective(requiredPolicy(graph.product, dataset)),
      ],
      fields: names.properties.map(each => ({
        ...propertyField(graph, names, each),
        type: { ...outputType(names, each), required: names.key.includes(each) },
        description: descriptionOf(each.property),
        deprecated: each.property.deprecated,
      })),
    },
    ...connectionTypes(names),
    whereType(names),
    ...orderType(names, types.orderBy, sortable(names)),
    ...aggregateTypes(graph, names),
  ]
}

/** Fields that are there for a dataset as a whole, wherever they stand. */
export function datasetField(graph: GraphNames, { dataset }: DatasetNames): Pick<FieldPlan, 'directives' | 'names'> {
  return {
    directives: policyDirective(requiredPolicy(graph.product, dataset)),
    names: [{ dataset: dataset.name }],
  }
}

export const connectionArguments = (names: DatasetNames): ArgumentPlan[] => [
  { name: 'where', type: one(names.types.where) },
  ...(sortable(names).length > 0
    ? [
        {
          name: 'orderBy',
          type: list(names.types.orderBy),
          description: 'One member per item, the most significant first.',
        },
      ]
    : []),
  { name: 'first', type: one(GraphQLInt), defaultValue: 50, description: 'At most 1000.' },
  { name: 'after', type: one(GraphQLString), description: 'A cursor; its page comes from the same publication.' },
]

function connectionTypes({ dataset, types }: DatasetNames): TypePlan[] {
  return [
    {
      kind: 'object',
      name: types.connection,
      dataset: dataset.name,
      fields: [
        { name: 'nodes', type: requiredList(types.row) },
        { name: 'edges', type: requiredList(types.edge) },
        { name: 'pageInfo', type: required(PageInfo) },
        { name: 'totalCount', type: one(GraphQLInt), description: 'Of all pages; counted only where it is asked for.' },
      ],
    },
    {
      kind: 'object',
      name: types.edge,
      dataset: dataset.name,
      fields: [
        { name: 'cursor', type: required(GraphQLString) },
        { name: 'node', type: required(types.row) },
      ],
    },
  ]
}

function whereType(names: DatasetNames): TypePlan {
  const { dataset, types, properties } = names
  return {
    kind: 'input',
    name: types.where,
    dataset: dataset.name,
    description: 'Everything in one object must hold.',
    fields: [
      { name: 'and', type: list(types.where) },
      { name: 'or', type: list(types.where) },
      { name: 'not', type: one(types.where) },
      ...properties.map(each => ({
        name: each.field,
        type: one(filterOf(names, each)),
        names: naming(dataset.name, each.property),
      })),
    ],
  }
}

function descriptionOf(property: Property): string | undefined {
  const { businessName, description, enum: values, shownEnum: allowed = values, examples } = property
  const lines = [
    businessName !== undefined && businessName !== description ? businessName : undefined,
    description,
    allowed?.length ? `One of: ${allowed.map(value => `\`${value}\``).join(', ')}.` : undefined,
    examples?.length ? `For example: ${examples.map(value => `\`${textOf(value)}\``).join(', ')}.` : undefined,
  ].filter(line => line !== undefined)
  return lines.length === 0 ? undefined : lines.join('\n')
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))
