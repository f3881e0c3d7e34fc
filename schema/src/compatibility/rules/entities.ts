import type { Rule } from '../rule.js'

export const entities: Rule = {
  outcomes: {
    ENTITY_WITHDRAWN: {
      level: 'breaking',
      because: 'Other products refer to the entity by that name.',
      example: {
        in: 'dataset',
        before: 'customProperties: [{ property: terrane.entity, value: Order }]',
        after: 'customProperties: []',
      },
    },
    ENTITY_SHARED: {
      level: 'breaking',
      because: 'The type of its rows takes the shared name; queries with fragments on the old one fail.',
      example: {
        in: 'dataset',
        before: 'customProperties: []',
        after: 'customProperties: [{ property: terrane.entity, value: Order }]',
      },
    },
  },
  dataset({ before, after }, { report }) {
    if (before.entity === after.entity) return
    if (before.entity === undefined) {
      report('ENTITY_SHARED', after.name, `${after.name} is the shared entity ${after.entity} now.`, after.place)
    } else {
      const message = `${after.name} was the shared entity ${before.entity} and is ${after.entity ?? 'none'} now.`
      report('ENTITY_WITHDRAWN', after.name, message, after.place)
    }
  },
}
