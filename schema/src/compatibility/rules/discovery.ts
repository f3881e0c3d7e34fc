import type { Position } from '../../contracts/model.js'
import type { Context, Rule } from '../rule.js'

interface Found {
  discover: 'visible' | 'granted'
  place: Position
}

export const discovery: Rule = {
  outcomes: {
    DISCOVERY_OPENED: {
      level: 'dangerous',
      concern: 'security',
      because: 'Its name, type and description are known to people without a grant.',
      example: {
        in: 'properties',
        before: '- { name: margin, customProperties: [{ property: terrane.discover, value: granted }] }',
        after: '- { name: margin }',
      },
    },
    DISCOVERY_WITHHELD: {
      level: 'breaking',
      concern: 'clients',
      because: 'Who has no grant gets "unknown field" where there was "denied".',
      example: {
        in: 'properties',
        before: '- { name: margin }',
        after: '- { name: margin, customProperties: [{ property: terrane.discover, value: granted }] }',
      },
    },
  },
  dataset: ({ before, after }, context) => compare(before, after, after.name, context),
  property: ({ before, after }, subject, context) => compare(before, after, subject, context),
}

function compare(before: Found, after: Found, subject: string, { report }: Context): void {
  if (before.discover === after.discover) return
  if (after.discover === 'visible')
    report('DISCOVERY_OPENED', subject, `${subject} can be discovered by all.`, after.place)
  else report('DISCOVERY_WITHHELD', subject, `${subject} can be discovered with a grant only.`, after.place)
}
