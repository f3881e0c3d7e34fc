import { GraphQLFloat, GraphQLID, GraphQLInt, type GraphQLScalarType, GraphQLString } from 'graphql'
import { Field, InputType, registerEnumType } from 'type-graphql'
import { BigIntScalar, DateScalar, DateTimeScalar, DecimalScalar, TimeScalar } from '../graph/scalars.js'

/**
 * What `where` may ask of one value, the same in every product: inputs of one name merge in a supergraph by what they
 * have in common, so these never change but under a new name. Several operators in one filter must all hold.
 */

export enum SortOrder {
  ASC = 'ASC',
  DESC = 'DESC',
}
registerEnumType(SortOrder, { name: 'SortOrder', description: 'Missing values come last in both.' })

/** Operators of everything that has an order. */
function ordered(scalar: GraphQLScalarType) {
  @InputType()
  abstract class Ordered {
    @Field(() => scalar, { nullable: true })
    eq?: unknown
    @Field(() => scalar, { nullable: true })
    ne?: unknown
    @Field(() => [scalar], { nullable: true })
    in?: unknown[]
    @Field(() => [scalar], { nullable: true })
    notIn?: unknown[]
    @Field(() => scalar, { nullable: true })
    gt?: unknown
    @Field(() => scalar, { nullable: true })
    gte?: unknown
    @Field(() => scalar, { nullable: true })
    lt?: unknown
    @Field(() => scalar, { nullable: true })
    lte?: unknown
    @Field(() => Boolean, { nullable: true })
    isNull?: boolean
  }
  return Ordered
}

/** Operators of text: it has an order, by bytes, and parts. */
function textual(scalar: GraphQLScalarType) {
  @InputType()
  abstract class Textual extends ordered(scalar) {
    @Field(() => String, { nullable: true })
    contains?: string
    @Field(() => String, { nullable: true })
    startsWith?: string
    @Field(() => String, { nullable: true })
    endsWith?: string
  }
  return Textual
}

@InputType('TerraneStringFilter')
export class StringFilter extends textual(GraphQLString) {}

/** For primary keys of text. */
@InputType('TerraneIDFilter')
export class IdFilter extends textual(GraphQLID) {}

@InputType('TerraneIntFilter')
export class IntFilter extends ordered(GraphQLInt) {}

@InputType('TerraneBigIntFilter')
export class BigIntFilter extends ordered(BigIntScalar) {}

@InputType('TerraneDecimalFilter')
export class DecimalFilter extends ordered(DecimalScalar) {}

@InputType('TerraneFloatFilter')
export class FloatFilter extends ordered(GraphQLFloat) {}

@InputType('TerraneDateFilter')
export class DateFilter extends ordered(DateScalar) {}

@InputType('TerraneDateTimeFilter')
export class DateTimeFilter extends ordered(DateTimeScalar) {}

@InputType('TerraneTimeFilter')
export class TimeFilter extends ordered(TimeScalar) {}

@InputType('TerraneBooleanFilter')
export class BooleanFilter {
  @Field(() => Boolean, { nullable: true })
  eq?: boolean
  @Field(() => Boolean, { nullable: true })
  ne?: boolean
  @Field(() => Boolean, { nullable: true })
  isNull?: boolean
}

/** For lists and JSON, of which only their presence can be asked. */
@InputType('TerranePresenceFilter')
export class PresenceFilter {
  @Field(() => Boolean, { nullable: true })
  isNull?: boolean
}
