import type { Rule } from '../rule.js'

export const graphInputsAdded: Rule = {
  outcomes: {
    GRAPH_INPUT_ADDED: {
      level: 'safe',
      because: 'Who does not give it gets what was given before.',
      example: { in: 'schema', before: 'type Query { a: Int }', after: 'type Query { a(b: Int): Int }' },
    },
  },
  graph: { OPTIONAL_ARG_ADDED: 'GRAPH_INPUT_ADDED', OPTIONAL_INPUT_FIELD_ADDED: 'GRAPH_INPUT_ADDED' },
}
