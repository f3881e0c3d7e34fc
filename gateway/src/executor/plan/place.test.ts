import { own, setOwn } from './place.js'

const INHERITED = Object.getOwnPropertyNames(Object.prototype)

test('what an object inherits was not fetched', () => {
  for (const key of [...INHERITED, 'length']) expect([key, own({}, key)]).toEqual([key, undefined])
})

test.each([...INHERITED, 'name', '0'])('a field may be called %s', name => {
  for (const value of [1, null, { a: 1 }, [1]]) {
    const fields = {}
    setOwn(fields, name, value)
    expect([own(fields, name), Object.keys(fields)]).toEqual([value, [name]])
    setOwn(fields, name, 'again')
    expect(own(fields, name)).toBe('again')
    expect(JSON.parse(JSON.stringify(fields))).toEqual(JSON.parse(`{"${name}":"again"}`))
  }
  expect(own({}, name)).toBeUndefined()
})
