import type { Rule } from '../rule.js'

export const relationships: Rule = {
  outcomes: {
    RELATIONSHIP_REMOVED: {
      level: 'breaking',
      because: 'The field that leads to the other entity is gone, or leads elsewhere.',
      example: {
        in: 'properties',
        before: '- { name: country_code, customProperties: [{ property: terrane.entity, value: Country }] }',
        after: '- { name: country_code }',
      },
    },
    RELATIONSHIP_ADDED: {
      level: 'safe',
      because: 'One field more.',
      example: {
        in: 'properties',
        before: '- { name: country_code }',
        after: '- { name: country_code, customProperties: [{ property: terrane.entity, value: Country }] }',
      },
    },
  },
  property({ before, after }, subject, { report }) {
    const [old, now] = [before.relationship, after.relationship]
    if (JSON.stringify(old) === JSON.stringify(now)) return
    if (old === undefined) {
      report('RELATIONSHIP_ADDED', subject, `${subject} leads to ${now!.entity} now.`, after.place)
    } else {
      const way = now === undefined ? 'to nothing' : `to ${now.entity} as ${now.field}`
      const message = `${subject} led to ${old.entity} as ${old.field} and leads ${way} now.`
      report('RELATIONSHIP_REMOVED', subject, message, after.place)
    }
  },
}
