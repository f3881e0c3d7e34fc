import type { Rule } from '../rule.js'

export const graphInputsRequired: Rule = {
  outcomes: {
    GRAPH_INPUT_REQUIRED: {
      level: 'breaking',
      because: 'Queries that do not give it are refused.',
      example: { in: 'schema', before: 'type Query { a: Int }', after: 'type Query { a(b: Int!): Int }' },
    },
  },
  graph: { REQUIRED_ARG_ADDED: 'GRAPH_INPUT_REQUIRED', REQUIRED_INPUT_FIELD_ADDED: 'GRAPH_INPUT_REQUIRED' },
}
