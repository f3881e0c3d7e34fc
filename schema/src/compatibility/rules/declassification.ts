import type { Rule } from '../rule.js'

export const declassification: Rule = {
  outcomes: {
    DECLASSIFIED: {
      level: 'dangerous',
      concern: 'security',
      because: 'Somebody answers for it with a reason; another person should have read that reason.',
      example: {
        in: 'properties',
        before: '- { name: area }',
        after: `- name: area
  customProperties:
    - property: terrane.declassified
      value: { from: personal, reason: The first half of a postcode holds 10 000 people., by: dpo@example.org }`,
      },
    },
  },
  property({ before, after }, subject, { report }) {
    const now = after.declassified
    if (now === undefined || JSON.stringify(now) === JSON.stringify(before.declassified)) return
    const message = `${subject} is declassified from ${now.from} by ${now.by}: ${now.reason}`
    report('DECLASSIFIED', subject, message, after.place)
  },
}
