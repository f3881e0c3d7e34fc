import type { Rule } from '../rule.js'

export const primaryKey: Rule = {
  outcomes: {
    PRIMARY_KEY_CHANGED: {
      level: 'breaking',
      because:
        'Look-ups take other arguments, references of other products lead nowhere, and rows mean something else.',
      example: {
        in: 'properties',
        before: '- { name: line, logicalType: integer, required: true }',
        after: '- { name: line, logicalType: integer, required: true, primaryKey: true, primaryKeyPosition: 2 }',
      },
    },
    PRIMARY_KEY_ADDED: {
      level: 'safe',
      because: 'Rows can be looked up that could only be listed.',
      example: {
        in: 'contract',
        before: 'schema: [{ name: orders, properties: [{ name: id, required: true }] }]',
        after: 'schema: [{ name: orders, properties: [{ name: id, required: true, primaryKey: true }] }]',
      },
    },
  },
  dataset({ before, after }, { report }) {
    const [old, now] = [before.primaryKey.join(', '), after.primaryKey.join(', ')]
    if (old === now) return
    if (old === '') report('PRIMARY_KEY_ADDED', after.name, `${after.name} has a primary key now: ${now}.`, after.place)
    else {
      const message = `The primary key of ${after.name} was ${old} and is ${now || 'none'}.`
      report('PRIMARY_KEY_CHANGED', after.name, message, after.place)
    }
  },
}
