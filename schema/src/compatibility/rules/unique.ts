import type { Rule } from '../rule.js'

export const unique: Rule = {
  outcomes: {
    UNIQUE_LOOSENED: {
      level: 'breaking',
      because: 'Joins on it multiply rows, and look-ups find several.',
      example: { in: 'properties', before: '- { name: number, unique: true }', after: '- { name: number }' },
    },
    UNIQUE_TIGHTENED: {
      level: 'safe',
      because: 'One promise more.',
      example: { in: 'properties', before: '- { name: number }', after: '- { name: number, unique: true }' },
    },
  },
  property({ before, after }, subject, { report }) {
    if (before.unique && !after.unique) {
      report('UNIQUE_LOOSENED', subject, `${subject} is no longer unique.`, after.place)
    } else if (!before.unique && after.unique) {
      report('UNIQUE_TIGHTENED', subject, `${subject} is unique now.`, after.place)
    }
  },
}
