import type { Problem } from '../problems/problem.js'
import type { ValueType } from './model.js'
import { readSource } from './source.js'
import { valueTypeOf } from './value-type.js'

describe('types of values', () => {
  it.each<[string, ValueType]>([
    ['logicalType: string, physicalType: varchar(10)', { kind: 'string' }],
    ['logicalType: integer', { kind: 'integer' }],
    ['logicalType: integer, physicalType: BIGINT', { kind: 'bigint' }],
    ['logicalType: integer, physicalType: int64', { kind: 'bigint' }],
    ['logicalType: integer, physicalType: long', { kind: 'bigint' }],
    ['logicalType: integer, physicalType: "numeric(18,0)"', { kind: 'bigint' }],
    ['logicalType: integer, logicalTypeOptions: { format: i64 }', { kind: 'bigint' }],
    ['logicalType: integer, logicalTypeOptions: { format: u32 }', { kind: 'bigint' }],
    ['logicalType: integer, logicalTypeOptions: { format: i16 }', { kind: 'integer' }],
    ['logicalType: number', { kind: 'double' }],
    ['logicalType: number, physicalType: double', { kind: 'double' }],
    ['logicalType: number, physicalType: bigserial', { kind: 'bigint' }],
    ['logicalType: number, physicalType: int', { kind: 'integer' }],
    ['logicalType: number, physicalType: "DECIMAL(12,2)"', { kind: 'decimal', precision: 12, scale: 2 }],
    ['logicalType: number, physicalType: "numeric( 9 )"', { kind: 'decimal', precision: 9, scale: 0 }],
    ['logicalType: number, physicalType: decimal', { kind: 'decimal', precision: 18, scale: 3 }],
    ['logicalType: date', { kind: 'date' }],
    ['logicalType: date, physicalType: timestamp', { kind: 'timestamp' }],
    ['logicalType: timestamp', { kind: 'timestamp' }],
    ['logicalType: time', { kind: 'time' }],
    ['logicalType: boolean', { kind: 'boolean' }],
    ['logicalType: object, properties: [{ name: a }]', { kind: 'json' }],
    ['logicalType: map', { kind: 'json' }],
    ['logicalType: array, items: { logicalType: integer }', { kind: 'array', items: { kind: 'integer' } }],
    ['logicalType: array, items: { logicalType: object }', { kind: 'json' }],
    ['logicalType: array', { kind: 'json' }],
    ['logicalType: vector', { kind: 'array', items: { kind: 'double' } }],
    ['physicalType: timestamptz', { kind: 'timestamp' }],
    ['physicalType: "decimal(5,1)"', { kind: 'decimal', precision: 5, scale: 1 }],
    ['physicalType: text', { kind: 'string' }],
    ['description: nothing said', { kind: 'string' }],
  ])('{%s}', (text, expected) => {
    const problems: Problem[] = []
    expect(valueTypeOf(readSource(`{${text}}`, 'x.yaml', {}).root!, problems)).toEqual(expected)
    expect(problems).toEqual([])
  })

  it.each(['decimal(19,2)', 'decimal(38,0)', 'numeric(4,5)', 'decimal(0)'])('%s cannot be held exactly', physical => {
    const problems: Problem[] = []
    valueTypeOf(readSource(`{logicalType: number, physicalType: "${physical}"}`, 'x.yaml', {}).root!, problems)
    expect(problems.map(problem => problem.code)).toEqual(['DECIMAL_OUT_OF_RANGE'])
  })
})
