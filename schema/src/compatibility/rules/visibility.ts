import type { Rule } from '../rule.js'

const OPENNESS = { granted: 0, internal: 1, public: 2 }

export const visibility: Rule = {
  outcomes: {
    VISIBILITY_WIDENED: {
      level: 'dangerous',
      concern: 'security',
      because: 'More people know that it exists, what it is made of, and read what is public of it.',
      example: {
        in: 'dataset',
        before: 'customProperties: [{ property: terrane.visibility, value: internal }]',
        after: 'customProperties: [{ property: terrane.visibility, value: public }]',
      },
    },
    VISIBILITY_NARROWED: {
      level: 'breaking',
      concern: 'clients',
      because: 'Who has no grant no longer finds it, and visitors no longer read what is public of it.',
      example: {
        in: 'dataset',
        before: 'customProperties: [{ property: terrane.visibility, value: public }]',
        after: 'customProperties: [{ property: terrane.visibility, value: internal }]',
      },
    },
  },
  dataset({ before, after }, { report }) {
    if (before.visibility === after.visibility) return
    const wider = OPENNESS[after.visibility] > OPENNESS[before.visibility]
    const message = `${after.name} was visible as ${before.visibility} and is as ${after.visibility}.`
    report(wider ? 'VISIBILITY_WIDENED' : 'VISIBILITY_NARROWED', after.name, message, after.place)
  },
}
