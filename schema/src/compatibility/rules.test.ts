import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parse, stringify } from 'yaml'
import { readProduct } from '../contracts/product.js'
import { productGraph } from '../graph/index.js'
import type { Change } from './change.js'
import { compare, type Version } from './compare.js'
import type { Example } from './rule.js'
import { RULES } from './rules/index.js'

/** Every outcome of every rule is found in its own example, which is also the one that the documentation shows. */

const TODAY = '2026-11-25'
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terrane-rules-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

type Yaml = Record<string, unknown>

/** The shop of the examples, with a piece of YAML put where the example says. */
const versions = new Map<string, Promise<Version>>()
function version(place: Example['in'], text: string): Promise<Version> {
  const key = `${place}\n${text}`
  if (!versions.has(key)) versions.set(key, read(place, text, join(folder, String(versions.size))))
  return versions.get(key)!
}

async function read(place: Example['in'], text: string, folder: string): Promise<Version> {
  const given = place === 'schema' ? null : parse(text)
  const properties: unknown[] = [{ name: 'id', primaryKey: true, primaryKeyPosition: 1, required: true }]
  if (place === 'properties') properties.push(...((given as unknown[] | null) ?? []))
  const dataset: Yaml = { name: 'orders', properties, ...(place === 'dataset' ? (given as Yaml) : {}) }
  const contract: Yaml = {
    ...{ apiVersion: 'v3.2.0', kind: 'DataContract', id: 'shop.orders', version: '1.0.0', status: 'active' },
    schema: [dataset],
    ...(place === 'contract' ? (given as Yaml) : {}),
  }
  const descriptor: Yaml = {
    ...{ apiVersion: 'v1.0.0', kind: 'DataProduct', id: 'shop', name: 'shop', version: '1.0.0', status: 'active' },
    ...{ domain: 'sales', outputPorts: [{ name: 'orders', version: '1.0.0', contractId: contract.id }] },
    ...(place === 'product' ? (given as Yaml) : {}),
  }
  const write = async (file: string, value: unknown) => {
    await mkdir(dirname(join(folder, file)), { recursive: true })
    await writeFile(join(folder, file), stringify(value))
  }
  await write('product.odps.yaml', descriptor)
  await write('contracts/orders.odcs.yaml', contract)
  const { product, problems } = await readProduct(folder, {}, { promisesOnly: true })
  if (product === undefined) throw new Error(JSON.stringify(problems, null, 2))
  return { product, sdl: place === 'schema' ? text : productGraph(product).sdl }
}

async function changesOf({ in: place, before, after }: Pick<Example, 'in' | 'before' | 'after'>): Promise<Change[]> {
  return compare(await version(place, before), await version(place, after), { today: TODAY })
}

const OUTCOMES = RULES.flatMap(rule => Object.entries(rule.outcomes))

describe.each(OUTCOMES)('%s', (code, { level, concern, example }) => {
  test('is found in its example, with its level, and not where nothing changed', async () => {
    const found = (await changesOf(example)).filter(change => change.code === code)
    expect(found).toHaveLength(1)
    expect(found[0]).toMatchObject({ level, ...(concern ? { concern } : {}) })
    expect(found[0]!.message).toMatch(/\.$/)
    for (const text of [example.before, example.after]) {
      expect(await changesOf({ ...example, before: text, after: text })).toEqual([])
    }
  })
})

test('codes are unique', () => {
  const codes = OUTCOMES.map(([code]) => code)
  expect(new Set(codes).size).toBe(codes.length)
})

const codesOf = async (place: Example['in'], before: string, after: string) =>
  (await changesOf({ in: place, before, after })).map(({ code }) => code)

describe('a property that goes', () => {
  const deprecated = (sunset: string) => `- name: channel
  customProperties:
    - { property: terrane.deprecated, value: Always shop. }
    - { property: terrane.sunset, value: "${sunset}" }`
  test('takes its filters, orders and groups along without more being told', async () => {
    expect(await codesOf('properties', '- { name: channel, logicalType: string }', '')).toEqual(['PROPERTY_REMOVED'])
  })
  test('may go the day after its sunset, not on it', async () => {
    expect(await codesOf('properties', deprecated('2026-11-24'), '')).toEqual(['PROPERTY_RETIRED'])
    expect(await codesOf('properties', deprecated(TODAY), '')).toEqual(['PROPERTY_REMOVED'])
  })
  test('may not go where it was only deprecated', async () => {
    const only = '- { name: channel, customProperties: [{ property: terrane.deprecated, value: Always shop. }] }'
    expect(await codesOf('properties', only, '')).toEqual(['PROPERTY_REMOVED'])
  })
})

describe('quality', () => {
  const rule = (text: string) => `quality: [{ id: r, metric: nullValues, arguments: { properties: [id] }, ${text} }]`
  const WEAKER = 'QUALITY_RULE_WEAKENED'
  const STRONGER = 'QUALITY_RULE_STRENGTHENED'
  test.each([
    ['mustBeLessThan: 5', 'mustBeLessOrEqualTo: 5', WEAKER],
    ['mustBeLessOrEqualTo: 5', 'mustBeLessThan: 5', STRONGER],
    ['mustBeBetween: [1, 5]', 'mustBeBetween: [2, 4]', STRONGER],
    ['mustBeBetween: [1, 5]', 'mustBeBetween: [2, 6]', WEAKER],
    ['mustBe: 0', 'mustBeLessThan: 1', WEAKER],
    ['mustNotBe: 3', 'mustNotBeBetween: [2, 4]', STRONGER],
    ['mustNotBeBetween: [2, 4]', 'mustNotBe: 3', WEAKER],
    ['mustBe: 0, severity: error', 'mustBe: 0, severity: warning', WEAKER],
    ['mustBe: 0, severity: warning', 'mustBe: 0, severity: error', STRONGER],
    ['mustBeLessThan: 5, unit: rows', 'mustBeLessThan: 5, unit: percent', WEAKER],
  ])('%s → %s', async (before, after, code) => {
    expect(await codesOf('dataset', rule(before), rule(after))).toEqual([code])
  })
})

describe('service levels', () => {
  const sla = (text: string) => `slaProperties: [{ ${text} }]`
  test.each([
    ['property: frequency, value: 1, unit: d', 'property: frequency, value: 24, unit: h', 'SLA_TIGHTENED'],
    ['property: frequency, value: 1, unit: d', 'property: frequency, value: 25, unit: h', 'SLA_LOOSENED'],
    ['property: retention, value: 2, unit: y', 'property: retention, value: 1, unit: y', 'SLA_LOOSENED'],
    ['property: retention, value: 1, unit: y', 'property: retention, value: 2, unit: y', 'SLA_TIGHTENED'],
    [
      'property: availability, value: 99.9, unit: percent',
      'property: availability, value: 99, unit: percent',
      'SLA_LOOSENED',
    ],
    ['property: endOfSupport, value: "2027-01-01"', 'property: endOfSupport, value: "2026-12-31"', 'SLA_LOOSENED'],
    ['property: mood, value: 1', 'property: mood, value: 2', 'SLA_LOOSENED'],
  ])('%s → %s', async (before, after, code) => {
    expect(await codesOf('contract', sla(before), sla(after))).toEqual([code])
  })
  test('one that is gone is loosened', async () => {
    expect(await codesOf('contract', sla('property: frequency, value: 1'), 'slaProperties: []')).toEqual([
      'SLA_LOOSENED',
    ])
  })
})

describe('roles', () => {
  const role = (custom: Yaml = {}, access = 'read') =>
    stringify({
      schema: [
        {
          name: 'orders',
          properties: [
            { name: 'id', primaryKey: true },
            { name: 'email', classification: 'restricted' },
            { name: 'amount', classification: 'internal' },
          ],
        },
      ],
      roles: [
        {
          role: 'analyst',
          access,
          customProperties: Object.entries(custom).map(([property, value]) => ({ property, value })),
        },
      ],
    })
  const INTERNAL = { 'terrane.classifications': ['internal'] }
  const GB = { 'terrane.rowFilter': { email: { eq: 'GB' } } }
  const FR = { 'terrane.rowFilter': { email: { eq: 'FR' } } }
  test.each<[string, Yaml, Yaml, string[]]>([
    ['one class less', {}, INTERNAL, ['ROLE_NARROWED']],
    ['one class more', INTERNAL, {}, ['ROLE_WIDENED']],
    ['the same properties by name', INTERNAL, { 'terrane.properties': ['amount'] }, []],
    ['others instead', INTERNAL, { 'terrane.properties': ['email'] }, ['ROLE_NARROWED', 'ROLE_WIDENED']],
    ['fewer rows', {}, GB, ['ROLE_NARROWED']],
    ['all rows', GB, {}, ['ROLE_WIDENED']],
    ['other rows', GB, FR, ['ROLE_NARROWED', 'ROLE_WIDENED']],
    ['a mask', {}, { 'terrane.masks': { email: 'hash' } }, ['ROLE_NARROWED']],
    [
      'another mask',
      { 'terrane.masks': { email: 'hash' } },
      { 'terrane.masks': { email: 'null' } },
      ['ROLE_NARROWED', 'ROLE_WIDENED'],
    ],
    ['another dataset list that means the same', {}, { 'terrane.datasets': ['orders'] }, []],
  ])('%s', async (_, before, after, codes) => {
    expect(await codesOf('contract', role(before), role(after))).toEqual(codes)
  })
  test('the right to control', async () => {
    expect(await codesOf('contract', role(), role({}, 'control'))).toEqual(['ROLE_WIDENED'])
  })
})

describe('the graph', () => {
  test('of a removed argument names the field', async () => {
    const [change] = await changesOf({
      in: 'schema',
      before: 'type Query { a(b: Int): Int }',
      after: 'type Query { a: Int }',
    })
    expect(change).toMatchObject({ subject: 'Query.a', code: 'GRAPH_ARGUMENT_CHANGED' })
  })
  test('lets enums grow that are only asked with', async () => {
    const sdl = (values: string) => `type Query { a(by: E): Int } enum E { ${values} }`
    expect(await codesOf('schema', sdl('X'), sdl('X Y'))).toEqual([])
  })
})

test('a classification that no order knows is the strictest', async () => {
  const classified = (word: string) => `- { name: x, classification: ${word} }`
  expect(await codesOf('properties', classified('restricted'), classified('cosmic'))).toEqual([
    'CLASSIFICATION_TIGHTENED',
  ])
  expect(await codesOf('properties', classified('cosmic'), classified('restricted'))).toEqual([
    'CLASSIFICATION_LOOSENED',
  ])
})
