import type { Caller, ProductDecision } from '@terrane/schema'
import { lacking, type Rights } from './lacking.js'
import type { Requirement } from './required-rights.js'

const SALES: ProductDecision = {
  ...{ product: 'sales', policyVersion: '1', discover: true, actions: [], fingerprint: 'f' },
  datasets: {
    orders: { discover: true, read: true, properties: { id: { discover: true, read: true } } },
    secrets: { discover: true, read: false, properties: { id: { discover: true, read: true } } },
  },
}
const rightsOf = (caller: Partial<Caller>, more: Partial<Rights> = {}): Rights => ({
  caller: { subject: 'user:ann', authenticated: true, roles: [], scopes: [], ...caller },
  decisions: new Map([['sales', SALES]]),
  unreachable: new Set(),
  policies: { vip: ['gold', 'platinum'], 'sales/secrets': ['gold'] },
  ...more,
})
const scopes = (...anyOf: string[][]): Requirement => ({ kind: 'scopes', anyOf })
const policies = (...anyOf: string[][]): Requirement => ({ kind: 'policies', anyOf })
const lacks = (required: Requirement[], caller: Partial<Caller> = {}, more?: Partial<Rights>) =>
  lacking(required, rightsOf(caller, more))

test('who has not signed in lacks that, whatever else he has', () => {
  expect(lacks([{ kind: 'authenticated' }], { authenticated: false, scopes: ['a'] })).toBe('a signed-in caller')
  expect(lacks([{ kind: 'authenticated' }])).toBeUndefined()
})

test('of several demands each must be met, and the first that is not is told', () => {
  const demands = [{ kind: 'authenticated' } as const, scopes(['a']), policies(['vip'])]
  expect(lacks(demands, { authenticated: false })).toBe('a signed-in caller')
  expect(lacks(demands)).toBe('the scope a')
  expect(lacks(demands, { scopes: ['a'] })).toBe('the grant vip')
  expect(lacks(demands, { scopes: ['a'], roles: ['gold'] })).toBeUndefined()
  expect(lacks([])).toBeUndefined()
})

test('of one alternative all is needed, of several alternatives one', () => {
  const demand = [scopes(['a', 'b'], ['c'])]
  for (const some of [[], ['a'], ['b'], ['ab'], ['d']])
    expect(lacks(demand, { scopes: some })).toBe('the scope a and b, or c')
  for (const enough of [['b', 'a'], ['c'], ['x', 'c']]) expect(lacks(demand, { scopes: enough })).toBeUndefined()
})

test('a demand for nothing is met by nobody', () => {
  for (const none of [scopes(), policies()])
    expect(lacks([none], { scopes: ['a'], roles: ['gold'] })).toContain('(none')
})

test('a scope is no role and no grant, and none of these is a scope', () => {
  expect(lacks([policies(['vip'])], { scopes: ['gold', 'vip'] })).toBeDefined()
  expect(lacks([scopes(['gold'])], { roles: ['gold'] })).toBeDefined()
})

test('a policy of a product is what the product decided, whatever role a configuration names for it', () => {
  expect(lacks([policies(['sales/orders'])])).toBeUndefined()
  expect(lacks([policies(['sales/orders/id'])])).toBeUndefined()
  for (const denied of ['sales/secrets', 'sales/secrets/id', 'sales/orders/margin', 'sales/nothing', 'sales', 'sales/'])
    expect(lacks([policies([denied])], { roles: ['gold'] })).toBe(`the grant ${denied}`)
})

test('any other policy is met by one of the roles that are configured for it', () => {
  expect(lacks([policies(['vip'])], { roles: ['platinum'] })).toBeUndefined()
  for (const role of ['silver', 'vip', 'gol']) expect(lacks([policies(['vip'])], { roles: [role] })).toBeDefined()
  for (const nobodys of ['constructor', '__proto__', 'toString', 'other/orders'])
    expect(lacks([policies([nobodys])], { roles: ['gold'] })).toBe(`the grant ${nobodys}`)
})

test('where a product does not answer, that is told', () => {
  const silent = { unreachable: new Set(['sales']) }
  expect(lacks([policies(['vip', 'sales/secrets'])], {}, silent)).toBe(
    'the grant vip and sales/secrets, and sales does not answer whether you have it',
  )
  expect(lacks([policies(['vip'])], {}, silent)).toBe('the grant vip')
})
