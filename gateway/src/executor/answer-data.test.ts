import { answerBody, answerText, WrittenData } from './answer-data.js'

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
  for (const one of [data, written(), written()?.keep()]) {
    const answer = { ...rest, ...(one === undefined ? {} : { data: one }) }
    expect(answerText(answer)).toBe(expected)
    expect(Buffer.from(answerBody(answer) as string).toString()).toBe(expected)
  }
})

test('what is kept is given again from the same bytes, and can still be read', () => {
  const kept = new WrittenData(JSON.stringify(long)).keep()
  expect(kept.bytes).toBe(kept.keep().bytes)
  expect(kept.byteLength).toBe(Buffer.byteLength(JSON.stringify(long)))
  expect(kept.toJSON()).toEqual(long)
  expect(kept.text).toBe(JSON.stringify(long))
})
