import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { recordVersion } from '@terrane/schema'
import { parse } from 'yaml'
import { findingsOf } from '../formats/finding.js'
import { type CheckOptions, type CheckReport, runChecks } from './run-checks.js'

/** The demo's products, copied, changed and checked as a user would. */

const DEMO = path.resolve(__dirname, '..', '..', '..', 'subgraphs')
const NAMES = ['europe-sales', 'france-sales', 'germany-sales', 'reference-geography', 'uk-sales']
let folder: string
let products: string
let published: string

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'terrane-checks-'))
  products = path.join(folder, 'products')
  published = path.join(folder, 'published')
  for (const name of NAMES) copy(name)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function copy(name: string): void {
  cpSync(path.join(DEMO, name), path.join(products, name), { recursive: true })
}

function change(file: string, from: string | RegExp, to: string): void {
  const whole = path.join(products, file)
  const text = readFileSync(whole, 'utf8')
  if (!(typeof from === 'string' ? text.includes(from) : from.test(text))) throw new Error(`${file} lacks ${from}`)
  writeFileSync(whole, text.replace(from, to))
}

const check = (options: Partial<CheckOptions> = {}) => runChecks({ given: [products], published, ...options })
const found = (report: CheckReport) => findingsOf(report).map(({ product, code }) => `${product ?? 'mesh'} ${code}`)
async function record(): Promise<void> {
  for (const { product, sdl } of (await check()).products)
    await recordVersion(published, { product: product!, sdl: sdl! })
}

const UK = 'uk-sales/contracts/orders.odcs.yaml'
const UK_MODEL = 'uk-sales/pipeline/output/orders.sql'
const EUROPE = 'europe-sales/contracts/by-country-and-month.odcs.yaml'

describe('what is published', () => {
  let recorded = ''
  afterAll(() => rmSync(recorded, { recursive: true, force: true }))
  /** Once: it is the same each time. */
  beforeEach(async () => {
    if (recorded === '') {
      recorded = mkdtempSync(path.join(tmpdir(), 'terrane-recorded-'))
      await record()
      cpSync(published, recorded, { recursive: true })
    } else cpSync(recorded, published, { recursive: true })
  })

  test('is what was recorded', async () => {
    const report = await check()
    expect(found(report)).toEqual([])
    expect(report.products.map(({ against }) => against)).toEqual(NAMES.map(() => 'published 1.0.0'))
    expect(readdirSync(path.join(published, 'uk-sales', '1')).sort()).toEqual([
      'contracts',
      'manifest.json',
      'product.odps.yaml',
      'sdl.graphql',
    ])
  })

  test('is broken by what goes; a new major breaks nobody, and still tells what it opens', async () => {
    change(UK, /product_category/g, 'category')
    change(UK_MODEL, 'product_category', 'product_category AS category')
    change(UK, 'value: [public, internal, personal]', 'value: [public, internal, personal, confidential]')
    change('europe-sales/pipeline/abstraction/orders_of_all.sql', 'product_category', 'category AS product_category')
    const given = [path.join(products, 'uk-sales')]
    const broken = await check({ given })
    expect(found(broken)).toEqual(['uk-sales PROPERTY_REMOVED', 'uk-sales ROLE_WIDENED', 'uk-sales PROPERTY_ADDED'])
    // Whom to ask first: those beside it that take it in.
    const removed = broken.products[0]!.changes.find(({ code }) => code === 'PROPERTY_REMOVED')
    expect(removed!.message).toMatch(/ was removed\. It feeds europe-sales \(input port [a-z_]+\)\.$/)
    change('uk-sales/product.odps.yaml', 'version: 1.0.0', 'version: 2.0.0')
    const raised = findingsOf(await check({ given }))
    expect(raised.filter(({ level }) => level === 'breaking')).toEqual([])
    expect(raised).toContainEqual(
      expect.objectContaining({ code: 'ROLE_WIDENED', level: 'dangerous', concern: 'security' }),
    )
  })

  test('is not to be changed by hand', async () => {
    const file = path.join(published, 'uk-sales', '1', 'contracts', 'orders.odcs.yaml')
    writeFileSync(file, readFileSync(file, 'utf8').replace('classification: restricted', 'classification: internal'))
    expect(found(await check())).toEqual(['uk-sales PUBLISHED_UNREADABLE'])
  })

  test('stands in for products whose folder is not here', async () => {
    for (const name of NAMES.slice(1)) rmSync(path.join(products, name), { recursive: true })
    expect(found(await check())).toEqual([])
    change(EUROPE, 'classification: confidential', 'classification: internal')
    expect(found(await check())).toEqual(['europe-sales DERIVED_LESS_STRICT', 'europe-sales CLASSIFICATION_LOOSENED'])
  })

  test("composes with what is here, but not so that Apollo's own gateway does not load it", async () => {
    const [geography] = (await check({ given: [path.join(products, 'reference-geography')] })).products
    const sdl = geography!
      .sdl!.replace(/federation\/v2\.\d+", import: \[/, 'federation/v2.12", import: ["@cacheTag", ')
      .replace(/referenceGeography: ReferenceGeography\b/, '$& @cacheTag(format: "all")')
    rmSync(published, { recursive: true })
    await recordVersion(published, { product: geography!.product!, sdl })
    rmSync(path.join(products, 'reference-geography'), { recursive: true })
    const { composition } = await check()
    expect(composition).toMatchObject([{ code: 'SUPERGRAPH_NOT_PORTABLE', severity: 'error' }])
    expect(composition[0]!.message).toMatch(/because of reference-geography: .*cacheTag/)
  })

  test('composes with what is new', async () => {
    const other = path.join(folder, 'elsewhere', 'uk')
    cpSync(path.join(products, 'uk-sales'), other, { recursive: true })
    rmSync(products, { recursive: true })
    mkdirSync(products)
    cpSync(other, path.join(products, 'uk'), { recursive: true })
    change('uk/product.odps.yaml', 'name: uk-sales', 'name: uk')
    change('uk/contracts/orders.odcs.yaml', 'schema:\n  - name: orders', 'schema:\n  - name: sales_orders')
    change('uk/contracts/orders.odcs.yaml', /element: orders/g, 'element: sales_orders')
    execFileSync('mv', [
      path.join(products, UK_MODEL.replace('uk-sales', 'uk')),
      path.join(products, 'uk/pipeline/output/sales_orders.sql'),
    ])
    expect(found(await check())).toContain('mesh SUPERGRAPH_NAME_COLLISION')
  })
})

describe('a git ref', () => {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, stdio: 'pipe' })
  beforeEach(() => {
    git('init', '-q')
    git('add', '.')
    git('-c', 'user.name=T', '-c', 'user.email=t@example.org', 'commit', '-qm', 'as it was')
  })

  test('is compared with as the folders were there; the working tree stays as it is', async () => {
    change(UK, 'mustBeLessThan: 5', 'mustBeLessThan: 50')
    const before = git('status', '--porcelain').toString()
    const report = await check({ against: 'HEAD' })
    expect(found(report)).toEqual(['uk-sales QUALITY_RULE_WEAKENED'])
    expect(report.products.map(({ against }) => against)).toEqual(NAMES.map(() => 'HEAD'))
    expect(git('status', '--porcelain').toString()).toBe(before)
  })

  test('that does not have a product has nothing that it could break', async () => {
    cpSync(path.join(products, 'uk-sales'), path.join(products, 'isle-sales'), { recursive: true })
    change('isle-sales/product.odps.yaml', 'name: uk-sales', 'name: isle-sales')
    change('isle-sales/contracts/orders.odcs.yaml', 'id: uk-sales.orders', 'id: isle-sales.orders')
    change('isle-sales/product.odps.yaml', 'contractId: uk-sales.orders', 'contractId: isle-sales.orders')
    expect(found(await check({ given: [path.join(products, 'isle-sales')], against: 'HEAD' }))).toEqual([])
  })

  test('that does not exist is wrong usage', async () => {
    await expect(check({ against: 'nowhere' })).rejects.toMatchObject({ exit: 2 })
  })
})

describe('a derived property', () => {
  const codesOf = async (options?: Partial<CheckOptions>) => found(await check(options))

  test('is as strict as its source, through models and products', async () => {
    change(EUROPE, 'classification: confidential', 'classification: internal')
    const [finding, ...others] = findingsOf(await check())
    expect(others).toEqual([])
    expect(finding).toMatchObject({ code: 'DERIVED_LESS_STRICT', product: 'europe-sales', line: expect.any(Number) })
    expect(finding!.message).toMatch(
      /margin of by_country_and_month is internal, .*(uk|france|germany)_orders\.margin, .*confidential/,
    )
  })

  test('carries nothing of the rows that are only counted', async () => {
    change(EUROPE, /(name: order_count[\s\S]*?)classification: internal/, '$1classification: public')
    expect(await codesOf()).toEqual(['europe-sales DERIVED_ROWS_LESS_STRICT'])
  })

  const declassified = (from: string, to: string) =>
    change(
      EUROPE,
      /classification: confidential\n(\s+)customProperties:\n/,
      `classification: internal\n$1customProperties:\n$1  - property: terrane.declassified\n$1    value: { from: ${from}, reason: ${to}, by: lena.vogt@terrane.example }\n`,
    )

  test('may be declassified by somebody, with a reason', async () => {
    declassified('confidential', 'Sums of a whole month show no single order.')
    expect(await codesOf()).toEqual([])
  })
  test('not by less than it takes', async () => {
    declassified('personal', 'Sums of a whole month show no single order.')
    expect(await codesOf()).toEqual(['europe-sales DECLASSIFICATION_TOO_LOW'])
  })
  test('not without a reason', async () => {
    declassified('confidential', '""')
    expect(await codesOf()).toContain('europe-sales CUSTOM_PROPERTY_INVALID')
  })
  test('not where it needs none', async () => {
    declassified('confidential', 'Old.')
    change(EUROPE, /(name: margin[\s\S]*?)classification: internal/, '$1classification: confidential')
    expect(await codesOf()).toEqual(['europe-sales DECLASSIFICATION_UNUSED'])
  })

  test('that cannot be traced comes from all that is read', async () => {
    change(UK_MODEL, 'customer_name,', "CAST(COLUMNS('customer_name') AS VARCHAR) AS customer_name,")
    expect(await codesOf()).toEqual(expect.arrayContaining(['uk-sales DERIVED_LESS_STRICT']))
  })

  test('of a product whose contract nobody has here is the strictest', async () => {
    for (const name of NAMES.slice(1)) rmSync(path.join(products, name), { recursive: true })
    const codes = await codesOf()
    expect(codes.filter(code => code.endsWith('UPSTREAM_CLASSIFICATION_UNKNOWN'))).toHaveLength(NAMES.length)
    expect(await codesOf({ neighbours: [DEMO] })).toEqual([])
  })

  test('goes by the order that is given', async () => {
    const classifications = ['confidential', 'public', 'internal', 'personal', 'restricted']
    change(EUROPE, 'classification: confidential', 'classification: internal')
    change('europe-sales/contracts/orders.odcs.yaml', 'classification: confidential', 'classification: internal')
    expect((await codesOf({ classifications })).filter(code => code.startsWith('europe-sales'))).toEqual([])
  })
})

describe('what is taken from others', () => {
  const EUROPE_DESCRIPTOR = 'europe-sales/product.odps.yaml'

  test('is there: a contract that nobody offers, and an entity that nobody owns', async () => {
    change(EUROPE_DESCRIPTOR, 'contractId: uk-sales.orders', 'contractId: uk-sales.order')
    change(UK, 'value: Country', 'value: Contry')
    const report = findingsOf(await check())
    expect(report).toContainEqual(
      expect.objectContaining({ code: 'UPSTREAM_CONTRACT_UNKNOWN', hint: 'Did you mean uk-sales.orders?' }),
    )
    expect(report).toContainEqual(
      expect.objectContaining({
        code: 'ENTITY_UNKNOWN',
        hint: 'Did you mean Country?',
        file: expect.stringMatching('uk-sales/contracts/orders.odcs.yaml'),
      }),
    )
  })

  test('cannot be looked at by a product alone, which is a warning', async () => {
    for (const name of NAMES.filter(each => each !== 'europe-sales'))
      rmSync(path.join(products, name), { recursive: true })
    const { products: found } = await check({ given: [path.join(products, 'europe-sales')] })
    const codes = found[0]!.problems.map(({ code, severity }) => `${severity} ${code}`)
    const ofOthers = new Set(codes.filter(code => /_NOT_HERE|_CONTRACT_UNKNOWN|ENTITY_UNKNOWN/.test(code)))
    expect([...ofOthers].sort()).toEqual(['warning ENTITY_NOT_HERE', 'warning UPSTREAM_CONTRACT_NOT_HERE'])
  })
})

test('a product written as JSON is one', async () => {
  const descriptor = path.join(products, 'uk-sales', 'product.odps.yaml')
  writeFileSync(descriptor.replace(/yaml$/, 'json'), JSON.stringify(parse(readFileSync(descriptor, 'utf8'))))
  rmSync(descriptor)
  for (const given of [[products], [path.join(products, 'uk-sales')]])
    expect((await check({ given })).products.map(({ name }) => name)).toContain('uk-sales')
})
