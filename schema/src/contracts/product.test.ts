// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how contracts write variables
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { placeOf } from '../problems/problem.js'
import { readProduct } from './product.js'

const FILES: Record<string, string> = {
  'product.odps.yaml': `apiVersion: v1.0.0
kind: DataProduct
id: p-1
name: uk-sales
version: 1.2.0
status: active
domain: europe/uk
inputPorts:
  - name: orders
    version: 1.0.0
    contractId: in.orders
  - name: countries
    version: 1.0.0
    contractId: reference-geography.countries
outputPorts:
  - name: orders
    version: 1.0.0
    contractId: out.orders
team:
  name: UK Sales
  members: [{ username: owen, role: owner }]
customProperties:
  - property: terrane.visibility
    value: public
`,
  'contracts/orders.odcs.yaml': `apiVersion: v3.1.0
kind: DataContract
id: out.orders
version: 2.1.0
status: active
schema:
  - name: orders
    quality:
      - { metric: rowCount, mustBeBetween: [1, 1000000], id: some_rows }
      - { type: text, description: Looks good. }
    properties:
      - name: shop
        logicalType: string
        primaryKey: true
        primaryKeyPosition: 2
      - name: order_id
        logicalType: integer
        logicalTypeOptions: { format: i64 }
        primaryKey: true
        primaryKeyPosition: 1
      - name: amount
        logicalType: number
        physicalType: DECIMAL(12, 2)
        classification: internal
        customProperties:
          - { property: terrane.scopes, value: [[sales:read, sales:all], [admin]] }
      - name: country_code
        logicalType: string
        relationships:
          - to: countries.code
            customProperties:
              - { property: terrane.entity, value: Country }
              - { property: terrane.reverse, value: true }
      - name: status
        logicalType: string
        quality:
          - { metric: invalidValues, arguments: { validValues: [open, paid] }, mustBe: 0 }
          - { metric: nullValues, unit: percent, mustBeLessThan: 5, severity: warning }
roles:
  - role: analyst
    access: read
    customProperties:
      - { property: terrane.masks, value: { country_code: { kind: first, length: 1 } } }
      - { property: terrane.rowFilter, value: { country_code: { eq: GB } } }
slaProperties:
  - { property: frequency, value: 1, unit: d, element: orders.order_id }
`,
  'contracts/inputs/orders.odcs.yaml': `apiVersion: v3.1.0
kind: DataContract
id: in.orders
version: 1.0.0
status: active
servers:
  - server: shop
    type: custom
    format: jsonl
    host: \${SHOP_HOST:-localhost}
    customProperties:
      - { property: terrane.connector, value: push }
      - { property: terrane.password, value: "\${SHOP_TOKEN}" }
schema:
  - name: lines
    properties:
      - { name: order_id, physicalName: Order No, logicalType: string }
`,
  'pipeline/abstraction/orders_clean.sql': 'select * from input.orders',
  'pipeline/output/orders.sql': 'select * from abstraction.orders_clean',
}
const env = { SHOP_TOKEN: 'hunter2', SHOP_HOST: 'shop.internal' }

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terrane-product-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** Reads the product above after `change`: file → [what, instead of what], whole text, or undefined for no file. */
async function read(change: Record<string, [string, string] | string | undefined> = {}, variables = env) {
  for (const [file, text] of Object.entries({ ...FILES, ...change })) {
    if (text === undefined) continue
    const content = typeof text === 'string' ? text : FILES[file]!.replace(text[0], () => text[1])
    if (Array.isArray(text) && content === FILES[file]) throw new TypeError(`"${text[0]}" is not in ${file}`)
    await mkdir(dirname(join(folder, file)), { recursive: true })
    await writeFile(join(folder, file), content)
  }
  return readProduct(folder, variables)
}
async function problemsOf(change: Parameters<typeof read>[0], variables = env) {
  const { product, problems } = await read(change, variables)
  expect(product === undefined).toBe(problems.some(problem => problem.severity === 'error'))
  return problems.map(problem => `${placeOf(problem)} ${problem.code}`)
}

describe('a product', () => {
  it('is read whole', async () => {
    const { product, problems } = await read()
    expect(problems).toEqual([])
    expect(product).toMatchObject({
      name: 'uk-sales',
      version: '1.2.0',
      major: 1,
      domain: 'europe/uk',
      visibility: 'public',
      team: { name: 'UK Sales', members: [{ username: 'owen', role: 'owner' }] },
    })
    const [orders] = product!.datasets
    expect(orders).toMatchObject({ name: 'orders', primaryKey: ['order_id', 'shop'], visibility: 'public' })
    expect(orders!.contract.major).toBe(2)
    expect(orders!.quality).toEqual([
      {
        id: 'some_rows',
        metric: 'rowCount',
        properties: [],
        arguments: {},
        unit: 'rows',
        comparison: { op: 'mustBeBetween', from: 1, to: 1000000 },
        severity: 'error',
      },
    ])
    const property = Object.fromEntries(orders!.properties.map(found => [found.name, found]))
    expect(property.order_id).toMatchObject({ type: { kind: 'bigint' }, required: true })
    expect(property.amount).toMatchObject({
      type: { kind: 'decimal', precision: 12, scale: 2 },
      scopes: [['sales:read', 'sales:all'], ['admin']],
      place: { file: 'contracts/orders.odcs.yaml', line: 21, column: 9 },
    })
    expect(property.country_code!.relationship).toEqual({
      entity: 'Country',
      field: 'country',
      to: { dataset: 'countries', property: 'code' },
      reverse: true,
    })
    expect(property.status).toMatchObject({
      enum: ['open', 'paid'],
      quality: [
        { metric: 'invalidValues', properties: ['status'], severity: 'error' },
        { metric: 'nullValues', unit: 'percent', severity: 'warning', comparison: { op: 'mustBeLessThan', value: 5 } },
      ],
    })
    expect(orders!.contract.roles).toEqual([
      {
        role: 'analyst',
        access: 'read',
        masks: { country_code: { kind: 'first', length: 1 } },
        rowFilter: { country_code: { eq: 'GB' } },
      },
    ])
    expect(orders!.contract.sla).toEqual([{ property: 'frequency', value: 1, unit: 'd', element: 'orders.order_id' }])
    expect(product!.models.map(model => `${model.layer}.${model.name}`)).toEqual([
      'abstraction.orders_clean',
      'output.orders',
    ])
    const [input, upstream] = product!.inputPorts
    expect(input!.source).toMatchObject({
      kind: 'contract',
      contract: { datasets: [{ properties: [{ name: 'order_id', physicalName: 'Order No' }] }] },
      server: {
        connector: 'push',
        format: 'ndjson',
        settings: { host: 'shop.internal', 'terrane.password': 'hunter2' },
      },
    })
    expect(upstream!.source).toEqual({ kind: 'product', contractId: 'reference-geography.countries' })
  })

  it('shows no variable and no secret in its documents', async () => {
    const { product } = await read()
    const input = product!.inputPorts[0]!.source
    const { document } = (input as { contract: { document: object } }).contract
    expect(JSON.stringify(document)).toContain('${SHOP_HOST:-localhost}')
    expect(JSON.stringify([document, product!.document])).not.toMatch(/hunter2|shop\.internal/)
  })

  it('quotes no variable, not even as a name', async () => {
    const { problems } = await read(
      {
        'contracts/orders.odcs.yaml': ['- name: orders', '- name: ${SHOP_HOST}'],
        'product.odps.yaml': ['contractId: in.orders', 'contractId: ${SHOP_TOKEN}'],
      },
      { SHOP_HOST: 'shop_internal', SHOP_TOKEN: 'hunter2' },
    )
    expect(problems.map(problem => problem.code)).toEqual([
      'CONTRACT_WITHOUT_PORT',
      'MODEL_MISSING',
      'MODEL_NOT_PROMISED',
    ])
    expect(JSON.stringify(problems)).not.toMatch(/hunter2|shop_internal/)
  })

  it('may be written in JSON', async () => {
    const json = JSON.stringify({
      apiVersion: 'v1.0.0',
      kind: 'DataProduct',
      id: 'p',
      name: 'p',
      version: '1.0.0',
      status: 'active',
      domain: 'd',
      outputPorts: [{ name: 'orders', version: '1.0.0', contractId: 'out.orders' }],
    })
    const { product } = await read({ 'product.odps.yaml': undefined, 'product.odps.json': json })
    expect(product?.file).toBe('product.odps.json')
    expect(product?.visibility).toBe('internal')
  })
})

describe('what must not be weakened by a mistake', () => {
  const contract = 'contracts/orders.odcs.yaml'
  it.each<[string, [string, string], string]>([
    ['an empty scope list', ['[[sales:read, sales:all], [admin]]', '[]'], `${contract}:26:48 SCOPES_EMPTY`],
    [
      'a list of an empty one',
      ['[[sales:read, sales:all], [admin]]', '[[admin], []]'],
      `${contract}:26:48 SCOPES_EMPTY`,
    ],
    ['an empty scope', ['[[sales:read, sales:all], [admin]]', '[""]'], `${contract}:26:48 SCOPES_EMPTY`],
    [
      'a mask on a key',
      ['{ country_code: { kind: first, length: 1 } }', '{ shop: hash }'],
      `${contract}:43:51 PRIMARY_KEY_RESTRICTED`,
    ],
    [
      'a mask of an unknown property',
      ['{ country_code: { kind', '{ country: { kind'],
      `${contract}:43:43 ROLE_NAMES_UNKNOWN`,
    ],
    ['a mask that is none', ['kind: first', 'kind: blur'], `${contract}:43:59 MASK_MALFORMED`],
    [
      'a filter by an unknown property',
      ['{ country_code: { eq: GB } }', '{ country: { eq: GB } }'],
      `${contract}:44:47 CONDITION_UNKNOWN_PROPERTY`,
    ],
    [
      'a mistyped custom property',
      ['terrane.rowFilter', 'terrane.rowfilter'],
      `${contract}:44:47 CUSTOM_PROPERTY_UNKNOWN`,
    ],
    [
      'a restricted key',
      ['primaryKeyPosition: 2', 'primaryKeyPosition: 2\n        classification: restricted'],
      `${contract}:16:25 PRIMARY_KEY_RESTRICTED`,
    ],
    [
      'a hidden key',
      ['primaryKeyPosition: 2', 'customProperties: [{ property: terrane.discover, value: granted }]'],
      `${contract}:12:9 PRIMARY_KEY_RESTRICTED`,
    ],
    [
      'discover that is neither',
      [
        'classification: internal\n        customProperties:',
        'customProperties:\n          - { property: terrane.discover, value: grant }',
      ],
      `${contract}:25:50 CUSTOM_PROPERTY_INVALID`,
    ],
  ])('%s is an error', async (_, change, line) => {
    expect(await problemsOf({ [contract]: change })).toContain(line)
  })
  it('a visibility that is none is an error', async () => {
    const problems = await problemsOf({ 'product.odps.yaml': ['value: public', 'value: open'] })
    expect(problems).toEqual(['product.odps.yaml:24:12 CUSTOM_PROPERTY_INVALID'])
  })
})

describe('names that are nearly right', () => {
  const [contract, input] = ['contracts/orders.odcs.yaml', 'contracts/inputs/orders.odcs.yaml']
  const role = (words: string): [string, string] => [
    '{ property: terrane.masks,',
    `{ property: terrane.classifications, value: ${words} }\n      - { property: terrane.masks,`,
  ]

  it('a setting of a server that no connector reads is an error', async () => {
    const { problems } = await read({ [input]: ['property: terrane.password', 'property: terrane.pasword'] })
    expect(problems).toMatchObject([
      { code: 'CUSTOM_PROPERTY_UNKNOWN', line: 13, hint: expect.stringMatching('Did you mean terrane.password') },
    ])
    expect(JSON.stringify(problems)).not.toContain('hunter2')
  })
  it("a role's classification that is nearly one in use is an error", async () => {
    const { problems } = await read({ [contract]: role('[interal]') })
    expect(problems).toMatchObject([{ code: 'ROLE_CLASSIFICATION_UNKNOWN', hint: 'Did you mean internal?' }])
  })
  it('classifications that leave a role with nothing are a warning; one for later is none', async () => {
    expect(await problemsOf({ [contract]: role('[restricted]') })).toEqual([
      `${contract}:43:53 ROLE_CLASSIFICATION_UNUSED`,
    ])
    expect(await problemsOf({ [contract]: role('[internal, restricted]') })).toEqual([])
  })
})

describe('what does not fit together', () => {
  const contract = 'contracts/orders.odcs.yaml'
  const second = (name: string) => `apiVersion: v3.1.0
kind: DataContract
id: out.second
version: 1.0.0
status: active
schema:
  - name: ${name}
    properties: [{ name: a, logicalType: string }]
`
  const port = ['team:', '  - { name: second, version: 1.0.0, contractId: out.second }\nteam:'] as [string, string]

  it.each<[string, Parameters<typeof read>[0], string]>([
    [
      'an output port without its contract',
      { 'product.odps.yaml': ['contractId: out.orders', 'contractId: out.order'] },
      'product.odps.yaml:18:17 CONTRACT_UNKNOWN',
    ],
    [
      "an input port that reads the product's own output",
      { 'product.odps.yaml': ['contractId: in.orders', 'contractId: out.orders'] },
      'product.odps.yaml:11:17 PORT_READS_ITSELF',
    ],
    [
      'two input ports of one name',
      { 'product.odps.yaml': ['- name: countries', '- name: orders'] },
      'product.odps.yaml:12:11 PORT_TWICE',
    ],
    [
      'an input port that SQL cannot name',
      { 'product.odps.yaml': ['- name: countries', '- name: the-countries'] },
      'product.odps.yaml:12:11 PORT_NAME_INVALID',
    ],
    [
      'an input contract without a server',
      { 'contracts/inputs/orders.odcs.yaml': second('a').replace('out.second', 'in.orders') },
      'product.odps.yaml:11:17 PORT_WITHOUT_SERVER',
    ],
    [
      'a custom server without a connector',
      { 'contracts/inputs/orders.odcs.yaml': ['terrane.connector', 'connector'] },
      'contracts/inputs/orders.odcs.yaml:7:5 SERVER_CONNECTOR_MISSING',
    ],
    [
      'a dataset promised twice',
      { 'contracts/second.odcs.yaml': second('Orders'), 'product.odps.yaml': port },
      'contracts/second.odcs.yaml:7:5 DATASET_TWICE',
    ],
    [
      'a dataset of a reserved name',
      { 'contracts/second.odcs.yaml': second('control'), 'product.odps.yaml': port },
      'contracts/second.odcs.yaml:7:11 DATASET_NAME_RESERVED',
    ],
    [
      'a dataset whose name is no name',
      { 'contracts/second.odcs.yaml': second('orders__p7'), 'product.odps.yaml': port },
      'contracts/second.odcs.yaml:7:11 DATASET_NAME_INVALID',
    ],
    [
      'a dataset that no model makes',
      { 'contracts/second.odcs.yaml': second('second'), 'product.odps.yaml': port },
      'contracts/second.odcs.yaml:7:5 MODEL_MISSING',
    ],
    [
      'a contract of an id that is taken',
      { 'contracts/second.odcs.yaml': second('second').replace('out.second', 'out.orders') },
      'contracts/second.odcs.yaml:1:1 CONTRACT_TWICE',
    ],
    [
      'a contract that no port names',
      { 'contracts/second.odcs.yaml': second('second') },
      'contracts/second.odcs.yaml:1:1 CONTRACT_WITHOUT_PORT',
    ],
    [
      'a model that nothing promises',
      { 'pipeline/output/extra.sql': 'select 1' },
      'pipeline/output/extra.sql:1:1 MODEL_NOT_PROMISED',
    ],
    ['a model twice', { 'pipeline/abstraction/orders.sql': 'select 1' }, 'pipeline/output/orders.sql MODEL_TWICE'],
    ['a property twice', { [contract]: ['- name: amount', '- name: ORDER_ID'] }, `${contract}:21:15 PROPERTY_TWICE`],
    [
      'a decimal beyond 18 digits',
      { [contract]: ['DECIMAL(12, 2)', 'DECIMAL(38, 2)'] },
      `${contract}:23:23 DECIMAL_OUT_OF_RANGE`,
    ],
    [
      'a primary key with a gap',
      { [contract]: ['primaryKeyPosition: 2', 'primaryKeyPosition: 3'] },
      `${contract}:15:29 PRIMARY_KEY_POSITION_INVALID`,
    ],
    [
      'a primary key with two firsts',
      { [contract]: ['primaryKeyPosition: 2', 'primaryKeyPosition: 1'] },
      `${contract}:20:29 PRIMARY_KEY_POSITION_INVALID`,
    ],
    [
      'a position without a key',
      { [contract]: ['primaryKey: true\n        primaryKeyPosition: 2', 'primaryKeyPosition: 2'] },
      `${contract}:14:29 PRIMARY_KEY_POSITION_ALONE`,
    ],
    [
      'a relationship whose field has no name',
      { [contract]: ['- name: country_code', '- name: nation'] },
      `${contract}:27:9 RELATIONSHIP_FIELD_MISSING`,
    ],
    [
      'a relationship to no entity',
      { [contract]: ['- { property: terrane.entity, value: Country }', '- { property: note, value: x }'] },
      `${contract}:33:53 RELATIONSHIP_ENTITY_MISSING`,
    ],
    [
      'an entity that is no type name',
      { [contract]: ['value: Country', 'value: the country'] },
      `${contract}:32:52 ENTITY_NAME_INVALID`,
    ],
    [
      'a rule about an unknown property',
      {
        [contract]: [
          'rowCount, mustBeBetween: [1, 1000000]',
          'duplicateValues, mustBe: 0, arguments: { properties: [nothing] }',
        ],
      },
      `${contract}:9:58 QUALITY_PROPERTY_UNKNOWN`,
    ],
    [
      'a rule about no value',
      { [contract]: ['arguments: { validValues: [open, paid] }, mustBe', 'mustBe'] },
      `${contract}:37:23 QUALITY_ARGUMENT_MISSING`,
    ],
    [
      'a product whose name is no slug',
      { 'product.odps.yaml': ['name: uk-sales', 'name: UK Sales'] },
      'product.odps.yaml:4:7 PRODUCT_NAME_INVALID',
    ],
    [
      'a product without a domain',
      { 'product.odps.yaml': ['domain: europe/uk\n', ''] },
      'product.odps.yaml:1:1 PRODUCT_INCOMPLETE',
    ],
    ['a contract whose version is none', { [contract]: ['2.1.0', 'new'] }, `${contract}:4:10 VERSION_INVALID`],
    [
      'a contract in the place of the product',
      { 'product.odps.yaml': second('orders') },
      'product.odps.yaml:2:7 DOCUMENT_KIND',
    ],
  ])('%s', async (_, change, line) => {
    expect(await problemsOf(change)).toContain(line)
  })

  describe('entities', () => {
    const country = (key: string, type: string) => `apiVersion: v3.1.0
kind: DataContract
id: out.second
version: 1.0.0
status: active
schema:
  - name: countries
    customProperties: [{ property: terrane.entity, value: Country }]
    properties: [{ name: ${key}, logicalType: ${type}, primaryKey: true }]
`
    const files = (contract: string) => ({
      'contracts/second.odcs.yaml': contract,
      'pipeline/output/countries.sql': 'select 1',
      'product.odps.yaml': port,
    })
    it.each([
      ['code', 'string', []],
      ['iso', 'string', [`${contract}:27:9 RELATIONSHIP_TARGET`]],
      ['code', 'integer', [`${contract}:27:9 RELATIONSHIP_TARGET`]],
    ])('a relationship leads to the key: %s %s', async (key, type, expected) => {
      expect(await problemsOf(files(country(key, type)))).toEqual(expected)
    })
    it('an entity needs a key', async () => {
      const keyless = country('code', 'string').replace(', primaryKey: true', '')
      expect(await problemsOf(files(keyless))).toContain('contracts/second.odcs.yaml:7:5 ENTITY_WITHOUT_KEY')
    })
    it('the field of a relationship has a name of its own', async () => {
      const problems = await problemsOf({ [contract]: ['- name: status', '- name: country'] })
      expect(problems).toEqual([`${contract}:27:9 RELATIONSHIP_FIELD_TAKEN`])
    })
  })

  it('tells the mistakes of all files at once, in order', async () => {
    const problems = await problemsOf(
      {
        'product.odps.yaml': ['status: active', 'statu: active'],
        [contract]: ['logicalType: integer', 'logicalType: int'],
        'contracts/inputs/orders.odcs.yaml': ['format: jsonl', 'formatt: jsonl'],
      },
      {} as typeof env,
    )
    expect(problems).toEqual([
      'product.odps.yaml:1:1 PROPERTY_MISSING',
      'product.odps.yaml:6:1 PROPERTY_UNKNOWN',
      `${contract}:17:22 VALUE_NOT_ALLOWED`,
      'contracts/inputs/orders.odcs.yaml:9:5 PROPERTY_UNKNOWN',
      'contracts/inputs/orders.odcs.yaml:13:46 VARIABLE_UNSET',
    ])
  })

  it('a folder without a product says so', async () => {
    const { problems } = await readProduct(folder, {})
    expect(problems.map(problem => problem.code)).toEqual(['PRODUCT_MISSING'])
  })

  it('takes one dataset of several where the port says which', async () => {
    const two = FILES['contracts/inputs/orders.odcs.yaml']!.concat(
      '  - { name: returns, properties: [{ name: a, logicalType: string }] }\n',
    )
    const inputs = { 'contracts/inputs/orders.odcs.yaml': two }
    expect(await problemsOf(inputs)).toEqual(['product.odps.yaml:9:5 PORT_DATASET_UNCLEAR'])
    const said = 'contractId: in.orders\n    customProperties: [{ property: terrane.dataset, value: returns }]'
    const { product } = await read({ ...inputs, 'product.odps.yaml': ['contractId: in.orders', said] })
    const { source } = product!.inputPorts[0]!
    expect(source.kind === 'contract' && source.contract.datasets.map(dataset => dataset.name)).toEqual(['returns'])
  })
})
