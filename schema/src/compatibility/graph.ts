import {
  buildASTSchema,
  findBreakingChanges,
  findDangerousChanges,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  parse,
} from 'graphql'
import type { Product } from '../contracts/model.js'
import { coordinatesOf } from '../graph/coordinates.js'
import { FIXED_TYPES } from '../graph/fixed-types.js'
import type { Version } from './compare.js'
import type { Context, Pair } from './rule.js'
import { RULES } from './rules/index.js'

/** Our code for each kind of change of graphql-js. */
const CODES = new Map(RULES.flatMap(rule => Object.entries(rule.graph ?? {})))

/**
 * The graphs, by graphql-js. What follows from a change of the contract that a rule of ours has told already (a property
 * that went takes its filters, orders and aggregates along) is not told again.
 */
export function compareGraphs({ before, after }: Pair<Version>, context: Context): void {
  if (before.sdl === after.sdl) return
  const schemas = { before: schemaOf(before.sdl), after: schemaOf(after.sdl) }
  const told = toldByContracts({ before: before.product, after: after.product })
  for (const { type, description } of [
    ...findBreakingChanges(schemas.before, schemas.after),
    ...findDangerousChanges(schemas.before, schemas.after),
  ]) {
    const code = CODES.get(type)
    const coordinate = coordinateOf(type, description)
    if (code === undefined || told.has(coordinate)) continue
    // A shared type is there where it is used: a product that no longer needs it takes it from nobody.
    if (type === 'TYPE_REMOVED' && FIXED_TYPES.includes(coordinate)) continue
    // Only who sends values of an enum meets it: one more to choose from harms nobody.
    if (type === 'VALUE_ADDED_TO_ENUM' && !isAnswered(schemas.after, coordinate.split('.')[0]!)) continue
    context.report(code, coordinate, `${description.replace(/\.$/, '')} in the graph.`)
  }
  for (const coordinate of addedFields(schemas)) {
    if (!told.has(coordinate)) context.report('GRAPH_FIELD_ADDED', coordinate, `${coordinate} is new in the graph.`)
  }
}

function schemaOf(sdl: string): GraphQLSchema {
  // Federation's directives are declared by the link alone.
  return buildASTSchema(parse(sdl, { noLocation: true }), { assumeValid: true, assumeValidSDL: true })
}

/** `Type`, `Type.field`, `Enum.VALUE`: graphql-js says it in a sentence only. */
function coordinateOf(type: string, description: string): string {
  const of = (pattern: RegExp) => pattern.exec(description)?.slice(1)
  if (type === 'VALUE_REMOVED_FROM_ENUM' || type === 'VALUE_ADDED_TO_ENUM') {
    const [value, name] = of(/^(\w+) was .* enum type (\w+)/) ?? []
    return `${name}.${value}`
  }
  if (type.endsWith('INPUT_FIELD_ADDED')) {
    const [field, name] = of(/field (\w+) on input type (\w+)/) ?? []
    return `${name}.${field}`
  }
  return of(/(?: on )?\b(\w+\.\w+)\b/)?.[0] ?? of(/^(?:Standard scalar )?(\w+)/)?.[0] ?? description
}

/** Coordinates of datasets and properties that came, went or changed their type. */
function toldByContracts({ before, after }: Pair<Product>): Set<string> {
  const told = new Set<string>()
  for (const [one, other] of [
    [before, after],
    [after, before],
  ] as const) {
    const places = coordinatesOf(one).datasets
    for (const dataset of one.datasets) {
      const counterpart = other.datasets.find(({ name }) => name === dataset.name)
      const { self, properties } = places[dataset.name]!
      if (!counterpart) for (const place of self) told.add(place)
      for (const property of dataset.properties) {
        const same = counterpart?.properties.find(({ name }) => name === property.name)
        if (same && JSON.stringify(same.type) === JSON.stringify(property.type)) continue
        for (const place of properties[property.name] ?? []) told.add(place)
      }
    }
  }
  return told
}

/** Does a field somewhere answer with this enum? */
function isAnswered(schema: GraphQLSchema, name: string): boolean {
  return Object.values(schema.getTypeMap()).some(
    type =>
      (isObjectType(type) || isInterfaceType(type)) &&
      Object.values(type.getFields()).some(field => {
        const answer = getNamedType(field.type)
        return isEnumType(answer) && answer.name === name
      }),
  )
}

function addedFields({ before, after }: Pair<GraphQLSchema>): string[] {
  return Object.values(after.getTypeMap()).flatMap(type => {
    if (type.name.startsWith('__') || isInputObjectType(type) || !isObjectType(type)) return []
    const old = before.getType(type.name)
    if (!isObjectType(old)) return []
    return Object.keys(type.getFields())
      .filter(name => !(name in old.getFields()))
      .map(name => `${type.name}.${name}`)
  })
}
