import type { Rule } from '../rule.js'

export const graphFieldsRemoved: Rule = {
  outcomes: {
    GRAPH_FIELD_REMOVED: {
      level: 'breaking',
      because: 'Queries that ask for it are refused.',
      example: { in: 'schema', before: 'type Query { a: Int b: Int }', after: 'type Query { a: Int }' },
    },
  },
  graph: { FIELD_REMOVED: 'GRAPH_FIELD_REMOVED' },
}
