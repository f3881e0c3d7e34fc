import { deniedError } from './denied-places.js'

const place = (...path: string[]) => ({ path, coordinate: 'Order.mail', reason: 'the grant sales/orders/mail' })
const pathIn = (data: unknown, ...path: string[]) => deniedError(place(...path), data).path

test('it says what was denied and what that takes', () => {
  expect(deniedError(place('mail'), {})).toMatchObject({
    message: 'Not authorised to read Order.mail: it takes the grant sales/orders/mail.',
    extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' },
  })
})

test('of a list it stands at the first item that there is, of lists at the first of the first', () => {
  expect(pathIn({ a: [null, { mail: null }, {}] }, 'a', '@', 'mail')).toEqual(['a', 1, 'mail'])
  expect(pathIn({ a: [null, [null, null, {}]] }, 'a', '@', '@', 'mail')).toEqual(['a', 1, 2, 'mail'])
  expect(pathIn({ a: [{ b: [{}] }] }, 'a', '@', 'b', '@', 'mail')).toEqual(['a', 0, 'b', 0, 'mail'])
})

test('where there is no item it stands at the list', () => {
  for (const list of [[], [null], null, undefined, 7]) expect(pathIn({ a: list }, 'a', '@', 'mail')).toEqual(['a'])
  expect(pathIn({ a: [[], [{}]] }, 'a', '@', '@', 'mail')).toEqual(['a', 0])
  expect(pathIn(null, 'a', '@', 'mail')).toEqual(['a'])
})

test('outside of lists it stands where it was asked for, whatever was answered there', () => {
  for (const data of [null, {}, { a: null }, { a: { mail: 1 } }])
    expect(pathIn(data, 'a', 'mail')).toEqual(['a', 'mail'])
  expect(pathIn({}, 'constructor', '__proto__', 'mail')).toEqual(['constructor', '__proto__', 'mail'])
})
