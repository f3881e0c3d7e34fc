import type { Rule } from '../rule.js'

export const graphFieldsAdded: Rule = {
  outcomes: {
    GRAPH_FIELD_ADDED: {
      level: 'safe',
      because: 'Nobody asks for it yet.',
      example: { in: 'schema', before: 'type Query { a: Int }', after: 'type Query { a: Int b: Int }' },
    },
  },
}
