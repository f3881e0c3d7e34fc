import type { Product } from '@terrane/schema'
import { parseGrant } from './parse-grant.js'

/** As much of a product as a grant is held against. */
const property = (name: string, classification?: string) => ({ name, classification, type: { kind: 'string' } })
const product = {
  datasets: [
    { name: 'ships', primaryKey: ['id'], properties: [property('id', 'internal'), property('flag', 'public')] },
    { name: 'calls', primaryKey: ['id'], properties: [property('id', 'internal'), property('pilot', 'personal')] },
  ],
} as unknown as Product
const good = { subject: 'user:anna', actions: ['read'], dataset: 'ships' }

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['a list', [good]],
  ['an unknown member, which may have been meant to narrow', { ...good, rowfilter: {} }],
  ['an inherited name for a member', JSON.parse('{"subject":"*","actions":["read"],"dataset":"ships","__proto__":{}}')],
  ['an empty subject', { ...good, subject: 'user:' }],
  ['a subject of more than one line', { ...good, subject: 'user:a\nrole:b' }],
  ['a subject that no store keeps', { ...good, subject: `user:${'a'.repeat(200)}` }],
  ['no action', { ...good, actions: [] }],
  ['an action that is no text', { ...good, actions: [1] }],
  ['an effect that is no text', { ...good, effect: 5 }],
  ['a property of another dataset', { ...good, properties: ['pilot'] }],
  ['properties that are no list', { ...good, properties: 'flag' }],
  ['a classification that nothing has', { ...good, effect: 'deny', classifications: ['personel'] }],
  ['no classification', { ...good, classifications: [] }],
  ['a filter of nothing', { ...good, rowFilter: {} }],
  ['a filter that one of all datasets does not know', { ...good, dataset: '*', rowFilter: { flag: { eq: 'GB' } } }],
  ['masks that are none', { ...good, masks: 5 }],
  ['no mask', { ...good, masks: {} }],
  ['a mask on a key', { ...good, masks: { id: 'hash' } }],
  ['a mask in a denial', { ...good, effect: 'deny', masks: { flag: 'hash' } }],
  ['a time without an offset', { ...good, until: '2026-01-01T00:00:00' }],
  ['a day that is none', { ...good, until: '2026-02-31T00:00:00+99:00' }],
  ['an end before its beginning', { ...good, from: '2026-02-01', until: '2026-01-01' }],
  [
    'control narrowed to what it cannot be',
    { ...good, dataset: '*', actions: ['read', 'control'], properties: ['flag'] },
  ],
  ['observation of one dataset', { ...good, actions: ['observe'] }],
  ['a reason without end', { ...good, reason: 'x'.repeat(3000) }],
])('%s makes it none at all', (_, input) => {
  const { grant, problems } = parseGrant(product, input)
  expect(grant).toBeUndefined()
  expect(problems.length).toBeGreaterThan(0)
})

test('what is known is kept, in one form; null is not said', () => {
  const input = {
    ...{ effect: 'DENY', subject: 'role:data steward', actions: ['READ', 'read', 'discover'], dataset: '*' },
    ...{
      properties: ['flag', 'pilot'],
      classifications: null,
      masks: undefined,
      from: '2026-01-01',
      until: '2026-01-01T02:00:00+01:00',
    },
  }
  expect(parseGrant(product, input)).toEqual({
    problems: [],
    grant: {
      ...{ effect: 'deny', subject: 'role:data steward', actions: ['read', 'discover'], dataset: '*' },
      ...{ properties: ['flag', 'pilot'], from: '2026-01-01T00:00:00.000Z', until: '2026-01-01T01:00:00.000Z' },
    },
  })
  expect(
    parseGrant(product, { ...good, rowFilter: { flag: { eq: 'GB' } }, masks: { flag: 'hash' } }).grant,
  ).toMatchObject({
    rowFilter: { property: 'flag', op: 'eq', value: 'GB' },
    masks: { flag: { kind: 'hash' } },
  })
})
