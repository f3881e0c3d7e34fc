import {
  GraphQLError,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  getDirectiveValues,
  type SelectionNode,
} from 'graphql'

export type Variables = Readonly<Record<string, unknown>>

/** A place of the answer that was denied. */
export interface DeniedPlace {
  /** Response keys, `@` for a list. */
  path: string[]
  /** `UkSalesOrder.customerEmail` */
  coordinate: string
  /** What the caller lacks. */
  reason: string
}

/** The error that stands for a denied place; it names only what the caller may know of. */
export function deniedError(place: DeniedPlace): GraphQLError {
  return new GraphQLError(`Not authorised to read ${place.coordinate}: it takes ${place.reason}.`, {
    path: place.path,
    extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' },
  })
}

/** By its `@skip` and `@include`, with variables already coerced. */
export function isSelected(selection: SelectionNode, variables: Variables): boolean {
  if (!selection.directives?.length) return true
  const skip = getDirectiveValues(GraphQLSkipDirective, selection, variables)
  if (skip?.if === true) return false
  const include = getDirectiveValues(GraphQLIncludeDirective, selection, variables)
  return include?.if !== false
}
