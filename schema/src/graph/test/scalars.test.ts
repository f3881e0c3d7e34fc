import { type GraphQLScalarType, parseValue as literal } from 'graphql'
import { BigIntScalar, DateScalar, DateTimeScalar, DecimalScalar, JsonScalar, TimeScalar } from '../scalars.js'

type Case = [GraphQLScalarType, unknown, unknown]

test.each<Case>([
  [DateScalar, '2026-01-31', '2026-01-31'],
  [DateScalar, '2024-02-29', '2024-02-29'],
  [DateTimeScalar, '2026-01-31', '2026-01-31T00:00:00.000000Z'],
  [DateTimeScalar, '2026-01-31T09:30:00Z', '2026-01-31T09:30:00.000000Z'],
  [DateTimeScalar, '2026-01-01T00:30:00.000001+01:00', '2025-12-31T23:30:00.000001Z'],
  [TimeScalar, '09:30', '09:30:00.000000'],
  [TimeScalar, '23:59:59.5', '23:59:59.500000'],
  [DecimalScalar, '19.90', '19.90'],
  [DecimalScalar, '+019.', '19'],
  [DecimalScalar, '-.5', '-0.5'],
  [DecimalScalar, '-0.00', '0.00'],
  [DecimalScalar, 1e-7, '0.0000001'],
  [DecimalScalar, -1.5e-10, '-0.00000000015'],
  [DecimalScalar, 1.25e21, '1250000000000000000000'],
  [DecimalScalar, '12345678901234567890.123', '12345678901234567890.123'],
  [BigIntScalar, '9007199254740993', '9007199254740993'],
  [BigIntScalar, -7, '-7'],
  [BigIntScalar, 2 ** 53 - 1, '9007199254740991'],
  [DecimalScalar, 2 ** 53 - 1, '9007199254740991'],
  [BigIntScalar, '-9223372036854775808', '-9223372036854775808'],
  [JsonScalar, { a: [1, null] }, { a: [1, null] }],
])('%s reads %j as %j', (scalar, input, value) => {
  expect(scalar.parseValue(input)).toEqual(value)
})

test.each<[GraphQLScalarType, unknown]>([
  [DateScalar, '2026-02-29'],
  [DateScalar, '2026-1-1'],
  [DateScalar, 20260101],
  [DateTimeScalar, '2026-01-31T25:00:00Z'],
  [DateTimeScalar, '2026-01-31T09:30:00'],
  [DateTimeScalar, '2026-02-30T00:00:00Z'],
  [DateTimeScalar, '2026-01-31T09:30:00.1234567Z'],
  [TimeScalar, '24:00'],
  [DecimalScalar, '1e5'],
  [DecimalScalar, '1,5'],
  [DecimalScalar, ''],
  [DecimalScalar, Number.NaN],
  [DecimalScalar, null],
  [BigIntScalar, '9223372036854775808'],
  [BigIntScalar, '1.0'],
  [BigIntScalar, 1.5],
  // What JSON's 9007199254740993, 1000000000000000001 and 12345678901234567890.1 are once they are read.
  [BigIntScalar, 9007199254740992],
  [BigIntScalar, 1e18],
  [DecimalScalar, -1.2345678901234567e19],
])('%s refuses %j', (scalar, input) => {
  expect(() => scalar.parseValue(input)).toThrow(/cannot represent/)
})

test("a number's literal is read as it is written, however long", () => {
  expect(DecimalScalar.parseLiteral(literal('0.1000000000000000055511151231257827'), {})).toBe(
    '0.1000000000000000055511151231257827',
  )
  expect(BigIntScalar.parseLiteral(literal('9007199254740993'), {})).toBe('9007199254740993')
  expect(() => DateScalar.parseLiteral(literal('2026'), {})).toThrow()
  expect(JsonScalar.parseLiteral(literal('{a: [1, $b]}'), { b: 2 })).toEqual({ a: [1, 2] })
})
