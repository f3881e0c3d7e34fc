import { isGone, ofAnother, publicationIn, readsAnother } from './read-publication.js'

const saying = (terrane: unknown) => ({ data: {}, extensions: { terrane } }) as never
const read = (terrane: unknown) => publicationIn(saying(terrane), 'ledger')

test('an answer says for each product which publication it has read, and its name where it has one', () => {
  const publications = { ledger: 17, other: 3 }
  expect(read({ publications })).toEqual({ publication: 17 })
  expect(read({ publications, publicationIds: { ledger: 'monday', other: 'friday' } })).toEqual({
    ...{ publication: 17, publicationId: 'monday' },
  })
  expect(read({ publications, repeatable: { publicationId: 'friday' } })).toEqual({
    ...{ publication: 17, publicationId: 'friday' },
  })
  expect(
    read({ publications, publicationIds: { ledger: 'monday' }, repeatable: { publicationId: 'friday' } }),
  ).toMatchObject({ publicationId: 'monday' })
})

test.each<[string, unknown]>([
  ['of another product', { publications: { other: 17 } }],
  ['no number', { publications: { ledger: '17' } }],
  ['of what every object has', { publications: Object.create({ ledger: 17 }) }],
  ['of no shape', 'ledger'],
  ['nothing', undefined],
  ['null', { publications: null }],
])('what is said %s is nothing read', (_, terrane) => {
  expect(read(terrane)).toBeUndefined()
})

test('a name goes into a header as it is: what could not is none', () => {
  const named = (publicationId: unknown) =>
    read({ publications: { ledger: 17 }, publicationIds: { ledger: publicationId } })
  expect(named('2026-06-01T12:00:00.000Z_a')).toHaveProperty('publicationId')
  expect(named('a'.repeat(100))).toHaveProperty('publicationId')
  for (const name of ['', 'a b', 'a\r\nb: c', 'ä', 'a'.repeat(101), 7, null, ['a'], 'a\n'])
    expect(named(name)).toEqual({ publication: 17 })
})

test('an answer of another name is of another publication, though the number is the same; without a name it is taken at that', () => {
  const answer = (publicationId?: string) =>
    saying({ publications: { ledger: 17 }, ...(publicationId ? { publicationIds: { ledger: publicationId } } : {}) })
  const monday = { publication: 17, publicationId: 'monday' }
  expect(readsAnother(answer('friday'), 'ledger', monday)).toBe(true)
  for (const [one, pinned] of [
    [answer('monday'), monday],
    [answer(), monday],
    [answer('friday'), { publication: 17 }],
    [saying({}), monday],
  ] as const)
    expect(readsAnother(one, 'ledger', pinned)).toBe(false)
})

test('gone is what is asked for, by its number, and no other error', () => {
  const pinned = { publication: 17, publicationId: 'monday' }
  expect(isGone(ofAnother('ledger', pinned), pinned)).toBe(true)
  expect(isGone(ofAnother('ledger', { publication: 16 }), pinned)).toBe(false)
  expect(isGone({ errors: [{ message: 'no', extensions: { code: 'OTHER', publication: 17 } }] } as never, pinned)).toBe(
    false,
  )
  expect(isGone({ errors: [{ message: 'no' }] } as never, pinned)).toBe(false)
  expect(isGone({ data: {} }, pinned)).toBe(false)
})
