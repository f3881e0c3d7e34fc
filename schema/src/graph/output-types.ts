import { GraphQLBoolean, GraphQLFloat, GraphQLID, GraphQLInt, type GraphQLScalarType, GraphQLString } from 'graphql'
import type { ValueType } from '../contracts/model.js'
import {
  BigIntFilter,
  BooleanFilter,
  DateFilter,
  DateTimeFilter,
  DecimalFilter,
  FloatFilter,
  IdFilter,
  IntFilter,
  PresenceFilter,
  StringFilter,
  TimeFilter,
} from '../fixed-api/filters.js'
import type { DatasetNames, PropertyNames } from './names.js'
import { BigIntScalar, DateScalar, DateTimeScalar, DecimalScalar, JsonScalar, TimeScalar } from './scalars.js'
import { list, one, type TypeOf } from './type-plan.js'

type ScalarKind = Exclude<ValueType['kind'], 'array'>

const SCALARS: Record<ScalarKind, GraphQLScalarType> = {
  string: GraphQLString,
  boolean: GraphQLBoolean,
  integer: GraphQLInt,
  bigint: BigIntScalar,
  decimal: DecimalScalar,
  double: GraphQLFloat,
  date: DateScalar,
  timestamp: DateTimeScalar,
  time: TimeScalar,
  json: JsonScalar,
}
const FILTERS: Record<ScalarKind, object> = {
  string: StringFilter,
  boolean: BooleanFilter,
  integer: IntFilter,
  bigint: BigIntFilter,
  decimal: DecimalFilter,
  double: FloatFilter,
  date: DateFilter,
  timestamp: DateTimeFilter,
  time: TimeFilter,
  json: PresenceFilter,
}

export function scalarOf(type: ValueType): GraphQLScalarType {
  return type.kind === 'array' ? scalarOf(type.items) : SCALARS[type.kind]
}

/** How a property's values leave: a single primary key is an `ID`, all else keeps its type. */
export function outputType(names: DatasetNames, { property }: PropertyNames): TypeOf {
  if (property.type.kind === 'array') return list(scalarOf(property.type))
  return one(isSingleKey(names, property.name) ? GraphQLID : scalarOf(property.type))
}

/** What `where` takes for a property. */
export function filterOf(names: DatasetNames, { property }: PropertyNames): object {
  const { type } = property
  if (type.kind === 'array') return PresenceFilter
  return type.kind === 'string' && isSingleKey(names, property.name) ? IdFilter : FILTERS[type.kind]
}

export function isSingleKey(names: DatasetNames, property: string): boolean {
  return names.key.length === 1 && names.key[0]!.property.name === property
}

/** Sums outgrow 32 bits; those of decimals stay exact. */
export function sumType(type: ValueType): GraphQLScalarType {
  if (type.kind === 'decimal') return DecimalScalar
  return type.kind === 'double' ? GraphQLFloat : BigIntScalar
}
