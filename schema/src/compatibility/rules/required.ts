import type { Rule } from '../rule.js'

export const required: Rule = {
  outcomes: {
    REQUIRED_LOOSENED: {
      level: 'breaking',
      because: 'Programs that trusted in a value meet null.',
      example: { in: 'properties', before: '- { name: channel, required: true }', after: '- { name: channel }' },
    },
    REQUIRED_TIGHTENED: {
      level: 'safe',
      because: 'There is a value where there might have been none. The graph stays nullable: a grant may be missing.',
      example: { in: 'properties', before: '- { name: channel }', after: '- { name: channel, required: true }' },
    },
  },
  property({ before, after }, subject, { report }) {
    if (before.required && !after.required) {
      report('REQUIRED_LOOSENED', subject, `${subject} is no longer required.`, after.place)
    } else if (!before.required && after.required) {
      report('REQUIRED_TIGHTENED', subject, `${subject} is required now.`, after.place)
    }
  },
}
