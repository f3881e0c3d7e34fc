import type { Rule } from '../rule.js'

export const classification: Rule = {
  outcomes: {
    CLASSIFICATION_LOOSENED: {
      level: 'dangerous',
      concern: 'security',
      because: 'Whoever holds a grant by classification reads it from now on.',
      example: {
        in: 'properties',
        before: '- { name: margin, classification: confidential }',
        after: '- { name: margin, classification: internal }',
      },
    },
    CLASSIFICATION_TIGHTENED: {
      level: 'breaking',
      concern: 'clients',
      because: 'Who read it by a grant for its class no longer does.',
      example: {
        in: 'properties',
        before: '- { name: margin, classification: internal }',
        after: '- { name: margin, classification: confidential }',
      },
    },
    CLASSIFICATION_RENAMED: {
      level: 'breaking',
      concern: 'clients',
      because: 'The order of strictness does not tell the two words apart, but grants by classification do.',
      example: {
        in: 'properties',
        before: '- { name: margin, classification: trade secret }',
        after: '- { name: margin, classification: top secret }',
      },
    },
  },
  property({ before, after }, subject, { report, classifications }) {
    const [old, now] = [before.classification, after.classification]
    if (old === now) return
    const message = `${subject} was ${old ?? 'not classified'} and is ${now ?? 'not classified'}.`
    const code = classifications.isStricter(old, now)
      ? 'CLASSIFICATION_LOOSENED'
      : classifications.isStricter(now, old)
        ? 'CLASSIFICATION_TIGHTENED'
        : 'CLASSIFICATION_RENAMED'
    report(code, subject, message, after.place)
  },
}
