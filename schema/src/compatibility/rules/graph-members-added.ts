import type { Rule } from '../rule.js'

export const graphMembersAdded: Rule = {
  outcomes: {
    GRAPH_MEMBER_ADDED: {
      level: 'dangerous',
      because:
        'Answers may hold a value or a type that clients do not know. Of enums that are only asked with it is no change.',
      example: {
        in: 'schema',
        before: 'type Query { a: E } enum E { X }',
        after: 'type Query { a: E } enum E { X Y }',
      },
    },
  },
  graph: {
    VALUE_ADDED_TO_ENUM: 'GRAPH_MEMBER_ADDED',
    TYPE_ADDED_TO_UNION: 'GRAPH_MEMBER_ADDED',
    IMPLEMENTED_INTERFACE_ADDED: 'GRAPH_MEMBER_ADDED',
  },
}
