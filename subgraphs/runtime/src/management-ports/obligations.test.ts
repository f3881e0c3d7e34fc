import type { Condition, Dataset, DatasetDecision, Property, PropertyDecision } from '@terrane/schema'
import { holds } from '../output-layer/encoding.js'
import { maskOf, rowFilterOf } from './obligations.js'

const country = { name: 'country', type: { kind: 'string' } } as Property
const customer = { name: 'customer', type: { kind: 'string' } } as Property
const amount = { name: 'amount', type: { kind: 'decimal', precision: 9, scale: 2 } } as Property
const orders = { name: 'orders', properties: [country, customer, amount] } as Dataset

const british: Condition = { property: 'country', op: 'eq', value: 'GB' }
const french: Condition = { property: 'country', op: 'eq', value: 'FR' }

function decided(read: PropertyDecision['read'], rows?: Condition): DatasetDecision {
  const properties = {
    country: { discover: true, read: true },
    customer: { discover: true, read },
    amount: { discover: true, read },
  }
  return { discover: true, read: true, ...(rows ? { rows } : {}), properties }
}

describe('the condition on rows', () => {
  const told = (rows: Condition, read: PropertyDecision['read'] = false) => rowFilterOf(decided(read, rows), orders)

  test('is not told where it names what the caller does not read as it is', () => {
    const hidden: Condition = { property: 'customer', op: 'eq', value: 'Ada' }
    expect(told(hidden)).toBeUndefined()
    expect(told(hidden, [{ mask: { kind: 'first', length: 1 } }])).toBeUndefined()
    expect(told({ and: [british, hidden] })).toBeUndefined()
    expect(told({ property: 'elsewhere', op: 'eq', value: 1 })).toBeUndefined()
    expect(told(hidden, true)).toBe('customer = Ada')
  })

  test('is not told where it names what is in the rows left out', () => {
    expect(told({ not: british })).toBeUndefined()
    expect(told({ property: 'country', op: 'ne', value: 'GB' })).toBeUndefined()
    expect(told({ or: [french, { property: 'country', op: 'notIn', value: ['GB'] }] })).toBeUndefined()
  })

  test('is told in words otherwise', () => {
    expect(told(british)).toBe('country = GB')
    expect(told({ or: [british, french] })).toBe('(country = GB or country = FR)')
    expect(told({ property: 'country', op: 'in', value: ['GB', 'FR'] })).toBe('country is one of GB, FR')
    expect(rowFilterOf(decided(true), orders)).toBeUndefined()
  })
})

describe('how values are shown', () => {
  const first: PropertyDecision['read'] = [{ mask: { kind: 'first', length: 1 } }]

  test('is said where they are not as they are', () => {
    expect(maskOf(decided(first), customer, holds)).toBe('cut to its first letter')
    expect(maskOf(decided([{ mask: { kind: 'fixed', value: '***' } }]), customer, holds)).toBe('shown as “***”')
    expect(maskOf(decided(true), customer, holds)).toBeUndefined()
    expect(maskOf(decided(false), customer, holds)).toBeUndefined()
  })

  test('is nothing where the type cannot hold the mask', () => {
    expect(maskOf(decided(first), amount, holds)).toBe('left empty')
    expect(maskOf(decided([{ mask: { kind: 'fixed', value: '***' } }]), amount, holds)).toBe('left empty')
    expect(maskOf(decided([{ mask: { kind: 'fixed', value: '0.00' } }]), amount, holds)).toBe('shown as “0.00”')
  })

  test('may differ by row, and rows under no case are left empty', () => {
    const cases: PropertyDecision['read'] = [{ when: british }, { when: french, mask: { kind: 'hash' } }]
    expect(maskOf(decided(cases, { or: [french, british] }), customer, holds)).toBe('as it is or hashed, by row')
    expect(maskOf(decided(cases), customer, holds)).toBe('as it is or hashed or left empty, by row')
    expect(maskOf(decided([{ when: british }], british), customer, holds)).toBeUndefined()
  })
})
