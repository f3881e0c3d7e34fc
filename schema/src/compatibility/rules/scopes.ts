import type { Rule } from '../rule.js'

export const scopes: Rule = {
  outcomes: {
    SCOPES_LOOSENED: {
      level: 'dangerous',
      concern: 'security',
      because: 'Tokens open it that did not.',
      example: {
        in: 'properties',
        before: '- { name: margin, customProperties: [{ property: terrane.scopes, value: [sales, finance] }] }',
        after: '- { name: margin, customProperties: [{ property: terrane.scopes, value: [sales] }] }',
      },
    },
    SCOPES_TIGHTENED: {
      level: 'breaking',
      concern: 'clients',
      because: 'Tokens that opened it no longer do.',
      example: {
        in: 'properties',
        before: '- { name: margin, customProperties: [{ property: terrane.scopes, value: [sales] }] }',
        after: '- { name: margin, customProperties: [{ property: terrane.scopes, value: [sales, finance] }] }',
      },
    },
  },
  property({ before, after }, subject, { report }) {
    // One of the lists must be held whole; no list at all is the empty list, which everybody holds.
    const [old, now] = [before.scopes ?? [[]], after.scopes ?? [[]]]
    const said = (lists: string[][]) => lists.map(list => list.join(' and ') || 'none').join(', or ')
    const message = `The scopes of ${subject} were ${said(old)} and are ${said(now)}.`
    const opens = (one: string[][], held: string[]) => one.some(list => list.every(scope => held.includes(scope)))
    if (now.some(held => !opens(old, held))) report('SCOPES_LOOSENED', subject, message, after.place)
    if (old.some(held => !opens(now, held))) report('SCOPES_TIGHTENED', subject, message, after.place)
  },
}
