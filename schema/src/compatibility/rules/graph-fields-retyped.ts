import type { Rule } from '../rule.js'

export const graphFieldsRetyped: Rule = {
  outcomes: {
    GRAPH_FIELD_TYPE_CHANGED: {
      level: 'breaking',
      because: 'Generated types of clients no longer fit.',
      example: { in: 'schema', before: 'type Query { a: Int }', after: 'type Query { a: String }' },
    },
  },
  graph: { FIELD_CHANGED_KIND: 'GRAPH_FIELD_TYPE_CHANGED' },
}
