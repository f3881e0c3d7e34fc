import type { GraphQLFieldResolver, GraphQLResolveInfo, GraphQLScalarType } from 'graphql'

/**
 * The product's own types before they become classes: what they are, what they belong to and who answers them. Classes,
 * resolvers and the list of coordinates are all read from here, so none of them can miss a place.
 */
export type TypePlan = ObjectPlan | InputPlan | EnumPlan

interface Planned {
  name: string
  description?: string
  /** The dataset that this type exists for. */
  dataset?: string
  /** What it comes from, where that is not the dataset or the product; for messages only. */
  origin?: Naming
}
export interface ObjectPlan extends Planned {
  kind: 'object'
  directives?: string[]
  fields: FieldPlan[]
  /** Of the fixed API: its fields become this type's. */
  extends?: abstract new (
    ...args: never[]
  ) => object
  /** Answers `_entities`; always async, because a synchronous throw would null all of them. */
  resolveReference?: (
    reference: Record<string, unknown>,
    context: unknown,
    info: GraphQLResolveInfo,
  ) => Promise<unknown>
}
export interface InputPlan extends Planned {
  kind: 'input'
  fields: FieldPlan[]
}
export interface EnumPlan extends Planned {
  kind: 'enum'
  members: { name: string; description?: string; names: Naming[] }[]
}

/** What of the contracts a place in the graph names: where that may not be discovered, the place may not either. */
export interface Naming {
  dataset: string
  property?: string
}

export interface FieldPlan {
  name: string
  type: TypeOf
  description?: string
  deprecated?: string
  directives?: string[]
  args?: ArgumentPlan[]
  names?: Naming[]
  /** What it comes from, where that is not what it names last; for messages only. */
  origin?: string
  resolve?: FieldAnswer
}
export type FieldAnswer = GraphQLFieldResolver<GraphNode, unknown, Record<string, unknown>>
/** An object on its way out, by the graph's names. */
export type GraphNode = Record<string, unknown> & { [AS_OF]?: number }
/** The publication that an ancestor was asked for (`asOf`): what hangs below is read from the same. */
export const AS_OF = Symbol('asOf')

export interface ArgumentPlan {
  name: string
  type: TypeOf
  description?: string
  defaultValue?: unknown
}

/** A scalar, a class or enum object of the fixed API, or the name of a planned type. */
export type NamedTypeOf = GraphQLScalarType | object | string
export interface TypeOf {
  of: NamedTypeOf
  /** A list of non-null items. */
  list?: boolean
  required?: boolean
}
export const one = (of: NamedTypeOf): TypeOf => ({ of })
export const required = (of: NamedTypeOf): TypeOf => ({ of, required: true })
export const list = (of: NamedTypeOf): TypeOf => ({ of, list: true })
export const requiredList = (of: NamedTypeOf): TypeOf => ({ of, list: true, required: true })
