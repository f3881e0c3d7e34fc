import type { Rule } from '../rule.js'

export const graphMembersRemoved: Rule = {
  outcomes: {
    GRAPH_MEMBER_REMOVED: {
      level: 'breaking',
      because: 'Queries that name the value, or expect the type, are refused.',
      example: {
        in: 'schema',
        before: 'type Query { a(b: E): Int } enum E { X Y }',
        after: 'type Query { a(b: E): Int } enum E { X }',
      },
    },
  },
  graph: {
    VALUE_REMOVED_FROM_ENUM: 'GRAPH_MEMBER_REMOVED',
    TYPE_REMOVED_FROM_UNION: 'GRAPH_MEMBER_REMOVED',
    IMPLEMENTED_INTERFACE_REMOVED: 'GRAPH_MEMBER_REMOVED',
  },
}
