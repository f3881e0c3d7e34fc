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

/**
 * The error that stands for a denied place; it names only what the caller may know of. One for all items of a list, at
 * the first: a path is made of response keys and indices (GraphQL, 7.1.2), and as many errors as rows help nobody.
 */
export function deniedError(place: DeniedPlace, data: unknown): GraphQLError {
  return new GraphQLError(`Not authorised to read ${place.coordinate}: it takes ${place.reason}.`, {
    path: pathIn(data, place.path),
    extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' },
  })
}

/** Where there is no item, the list itself. */
function pathIn(data: unknown, place: readonly string[]): (string | number)[] {
  const path: (string | number)[] = []
  let value = data
  for (const key of place) {
    if (key === '@') {
      const at = Array.isArray(value) ? value.findIndex(item => item !== null) : -1
      if (at < 0) return path
      path.push(at)
      value = (value as unknown[])[at]
    } else {
      path.push(key)
      value = typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : null
    }
  }
  return path
}

/** By its `@skip` and `@include`, with variables already coerced. */
export function isSelected(selection: SelectionNode, variables: Variables): boolean {
  if (!selection.directives?.length) return true
  const skip = getDirectiveValues(GraphQLSkipDirective, selection, variables)
  if (skip?.if === true) return false
  const include = getDirectiveValues(GraphQLIncludeDirective, selection, variables)
  return include?.if !== false
}
