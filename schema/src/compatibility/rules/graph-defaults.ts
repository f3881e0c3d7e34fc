import type { Rule } from '../rule.js'

export const graphDefaults: Rule = {
  outcomes: {
    GRAPH_DEFAULT_CHANGED: {
      level: 'dangerous',
      because: 'Who does not give the argument gets something else.',
      example: {
        in: 'schema',
        before: 'type Query { a(b: Int = 1): Int }',
        after: 'type Query { a(b: Int = 2): Int }',
      },
    },
  },
  graph: { ARG_DEFAULT_VALUE_CHANGE: 'GRAPH_DEFAULT_CHANGED' },
}
