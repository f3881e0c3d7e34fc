import { answerBody, answerText, keptBody, WrittenData } from './answer-data.js'

const long = { names: Array.from({ length: 500 }, (_, at) => `Zoë ${at} 🙂`) }

test.each([
  ['short', { data: { name: 'Zoë' } }],
  ['long', { data: long }],
  ['with errors and extensions', { errors: [{ message: 'Für niemanden' }], data: long, extensions: { terrane: {} } }],
  ['without data', { errors: [{ message: 'no' }], extensions: { a: 1 } }],
  ['of nothing', {}],
])('an answer %s is sent byte for byte the same, kept or not', (_, { data, ...rest }: Record<string, unknown>) => {
  const expected = `${JSON.stringify({ errors: rest.errors, data, extensions: rest.extensions })}\n`
  const written = () => (data === undefined ? undefined : new WrittenData(JSON.stringify(data)))
  for (const kept of [false, true])
    for (const one of [data, written()]) {
      const answer = { ...rest, ...(one === undefined ? {} : { data: one }) }
      const body = kept ? keptBody(answer) : undefined
      expect(body === undefined).toBe(!(kept && one instanceof WrittenData && rest.errors === undefined))
      for (const sent of [answerBody(answer), body ?? expected])
        expect(Buffer.from(sent as string).toString()).toBe(expected)
      expect(answerText(answer)).toBe(expected)
    }
})

test('what is kept is given again from the same bytes, and can still be read', () => {
  const kept = new WrittenData(JSON.stringify(long))
  const body = keptBody({ data: kept, extensions: { terrane: {} } }) as Buffer
  expect(kept.bytes!.buffer).toBe(body.buffer)
  expect(kept.byteLength).toBe(Buffer.byteLength(JSON.stringify(long)))
  expect(kept.toJSON()).toEqual(long)
  expect(kept.text).toBe(JSON.stringify(long))
})
