import type { Rule } from '../rule.js'

export const graphTypesRemoved: Rule = {
  outcomes: {
    GRAPH_TYPE_REMOVED: {
      level: 'breaking',
      because: 'Fragments and variables that name it fail.',
      example: { in: 'schema', before: 'type Query { a: Int } type B { c: Int }', after: 'type Query { a: Int }' },
    },
  },
  graph: { TYPE_REMOVED: 'GRAPH_TYPE_REMOVED', TYPE_CHANGED_KIND: 'GRAPH_TYPE_REMOVED' },
}
