import { ExactNumber } from './exact-number.js'
import { mayRound } from './may-round.js'
import { readJson } from './read-json.js'
import { rounded } from './rounded.js'
import { writeJson } from './write-json.js'

const ROUNDED = [
  '9007199254740993',
  '-9007199254740993',
  '12345678901234567890',
  '0.1234567890123456789',
  '1234567890.12345678901',
  '10000000000.00000000000001',
  '12345678901234567891e3',
]
const KEPT = [
  '0',
  '-0',
  '1',
  '1.50',
  '0.30000000000000004',
  '9007199254740992',
  '1e21',
  '1.7976931348623157e308',
  '1e400',
]

test.each(ROUNDED)('%s is read and written as it is, at every place of a text', number => {
  for (let before = 0; before < 20; before++) {
    const text = `{"data":{"pad":"${'x'.repeat(before)}","a":[${number},{"b": ${number}}]}}`
    expect(mayRound(text)).toBe(true)
    const read = readJson(text, 'data') as { data: { a: unknown[] } }
    expect(read.data.a[0]).toEqual(new ExactNumber(number))
    expect(writeJson(read)).toBe(text.replace(': ', ':'))
    expect(JSON.stringify(read)).toBe(JSON.stringify(JSON.parse(text)))
    expect(rounded(read)).toEqual(JSON.parse(text))
  }
})

test.each(KEPT)('%s is what it always was', number => {
  const text = `{"data":{"a":[${number}],"b":"${'9'.repeat(40)}: ,"}}`
  expect(readJson(text, 'data')).toEqual(JSON.parse(text))
  const beside = `{"data":{"a":${number},"b":9007199254740993}}`
  const { data } = readJson(beside, 'data') as { data: Record<string, unknown> }
  expect(data.a).toBe(JSON.parse(beside).data.a)
  expect(rounded(KEPT)).toBe(KEPT)
})

test('only the members that are named are exact, and nothing else of them differs', () => {
  const text = `{"data": {"a": 1, "a": 9007199254740993, "__proto__": {"b": [9007199254740993, "\\ud800\\n", null]}, "2": 1},
    "extensions": {"cost": 9007199254740993}, "errors": [{"path": ["a", 0]}]}`
  const native = JSON.parse(text)
  const read = readJson(text, 'data') as typeof native
  expect(read.extensions).toEqual({ cost: 9007199254740992 })
  expect(rounded(read)).toEqual(native)
  expect(JSON.stringify(read)).toBe(JSON.stringify(native))
  expect(Object.getPrototypeOf(read.data)).toBe(Object.prototype)
  expect(Object.keys(read.data)).toEqual(Object.keys(native.data))
})

test('what is too deep for exact numbers is read with rounded ones, and what is no JSON is refused', () => {
  const deep = `{"data":{"n":9007199254740993,"deep":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`
  expect((readJson(deep, 'data') as { data: { n: unknown } }).data.n).toBe(9007199254740992)
  for (const text of ['{"data":9007199254740993', '{"data":09007199254740993}', '{"data":9007199254740993.}'])
    expect(() => readJson(text, 'data')).toThrow(SyntaxError)
})

test('a number of very many digits takes no longer than others of its length', () => {
  const zeros = '0'.repeat(400_000)
  for (const number of [`0.1${zeros}1`, `0.${zeros}1${zeros}1e400000`, `1.${zeros}`]) {
    const text = `{"data":{"a":${number}}}`
    expect(rounded(readJson(text, 'data'))).toEqual(JSON.parse(text))
  }
})
