import type { Rule } from '../rule.js'

export const graphArgumentsChanged: Rule = {
  outcomes: {
    GRAPH_ARGUMENT_CHANGED: {
      level: 'breaking',
      because: 'Queries that give it are refused.',
      example: { in: 'schema', before: 'type Query { a(b: Int): Int }', after: 'type Query { a: Int }' },
    },
  },
  graph: { ARG_REMOVED: 'GRAPH_ARGUMENT_CHANGED', ARG_CHANGED_KIND: 'GRAPH_ARGUMENT_CHANGED' },
}
