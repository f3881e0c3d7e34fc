import { type DocumentNode, GraphQLError, type GraphQLSchema, visit } from 'graphql'

export const INCREMENTAL_DELIVERY_UNSUPPORTED = 'INCREMENTAL_DELIVERY_UNSUPPORTED'

const INCREMENTAL = ['defer', 'stream']

/**
 * Every `@defer` and `@stream` of a document, wherever it stands and whatever its `if` says, as an error at its place: an
 * answer comes whole or not at all. A schema that gives the name a meaning of its own keeps it.
 */
export function incrementalDirectives(schema: GraphQLSchema, document: DocumentNode): GraphQLError[] {
  const refused: GraphQLError[] = []
  visit(document, {
    Directive(directive) {
      const name = directive.name.value
      if (!INCREMENTAL.includes(name) || schema.getDirective(name)) return
      refused.push(
        new GraphQLError(`The gateway answers an operation as a whole: leave @${name} away.`, {
          nodes: directive,
          extensions: { code: INCREMENTAL_DELIVERY_UNSUPPORTED, http: { status: 400 } },
        }),
      )
    },
  })
  return refused
}
