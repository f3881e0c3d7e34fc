// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how contracts write variables
import { placeOf } from '../problems/problem.js'
import { validateDocument } from './validate.js'

/** `contract.yaml:3:9 CODE` of each problem, as a person meets them. */
const found = (text: string, env: NodeJS.ProcessEnv = {}) =>
  validateDocument(text, 'contract.yaml', env).map(problem => `${placeOf(problem)} ${problem.code}`)
const told = (text: string, env: NodeJS.ProcessEnv = {}) =>
  validateDocument(text, 'contract.yaml', env).map(({ message, hint }) => `${message} ${hint}`)

const head = (apiVersion = 'v3.1.0') =>
  `apiVersion: ${apiVersion}\nkind: DataContract\nid: orders\nversion: 1.0.0\nstatus: active\n`

describe('a contract with errors', () => {
  const broken = `apiVersion: v3.1.0
kind: DataContract
id: orders
version: 1.0
stauts: active
servers:
  - server: warehouse
    type: postgres
    host: localhost
    port: "5432"
    database: sales
  - server: cloud
    type: postgress
schema:
  - name: orders
    properties:
      - name: amount
        logicalType: decimal
      - name: code
        logicalType: string
        logicalTypeOptions:
          maximum: 5
        requierd: true
        quality:
          - type: library
            metric: nullValues
            mustBe: 0
            mustBeLessThan: 5
      - logicalType: integer
        relationships:
          - to: countries
            from: orders.code
slaProperties:
  - property: frequency
`
  it('tells all of them at once, each with its place', () => {
    expect(found(broken)).toEqual([
      'contract.yaml:1:1 PROPERTY_MISSING',
      'contract.yaml:4:10 VALUE_WRONG_TYPE',
      'contract.yaml:5:1 PROPERTY_UNKNOWN',
      'contract.yaml:7:5 PROPERTY_MISSING',
      'contract.yaml:10:11 VALUE_WRONG_TYPE',
      'contract.yaml:13:11 VALUE_NOT_ALLOWED',
      'contract.yaml:18:22 VALUE_NOT_ALLOWED',
      'contract.yaml:22:11 PROPERTY_UNKNOWN',
      'contract.yaml:23:9 PROPERTY_UNKNOWN',
      'contract.yaml:25:13 QUALITY_OPERATORS',
      'contract.yaml:29:9 PROPERTY_MISSING',
      'contract.yaml:31:17 VALUE_MALFORMED',
      'contract.yaml:32:13 PROPERTY_NOT_HERE',
      'contract.yaml:34:5 PROPERTY_MISSING',
    ])
  })

  it('says what was found, what was expected, and what was probably meant', () => {
    const all = told(broken)
    expect(all[0]).toBe('The contract lacks status. Add status: a text.')
    expect(all[1]).toBe('version is 1. Expected a text: put it in quotes.')
    expect(all[2]).toBe('The contract has no property stauts in ODCS 3.1. Did you mean status?')
    expect(all[4]).toBe('servers[warehouse].port is "5432". Expected a whole number.')
    expect(all[5]).toMatch(/^servers\[cloud\]\.type is "postgress", .* Did you mean postgres\?/)
    expect(all[6]).toMatch(/^schema\[orders\]\.properties\[amount\]\.logicalType is "decimal", .* number, integer/)
    expect(all[9]).toMatch(/mustBe and mustBeLessThan\. Expected exactly one of/)
  })
})

describe('versions of ODCS', () => {
  const withRelationship = `schema:\n  - name: t\n    properties:\n      - name: a\n        relationships: [{ to: b.c }]\n`
  it.each([
    ['v3.0.2', 'PROPERTY_UNKNOWN'],
    ['v3.1.0', undefined],
    ['v3.2.0', undefined],
  ])('relationships in %s', (version, code) => {
    expect(found(head(version) + withRelationship).map(line => line.split(' ')[1])).toEqual(code ? [code] : [])
  })

  const newest = `context: Ask for revenue in euro.
servers:
  - { server: a, type: mysql, host: h, port: "3306", database: d }
  - { server: b, type: local, path: p, format: csv, encoding: UTF-8 }
  - { server: c, type: teradata, host: h }
schema:
  - name: t
    synonyms: [{ synonym: table }]
    deprecated: true
    properties:
      - name: a
        semanticType: dimension
        context: { instructions: Count it. }
        enum: [{ value: x, label: X }, { value: null }]
        relationships: [{ id: one, to: first-table.some-column }]
      - name: m
        logicalType: map
        map: { key: { logicalType: string }, value: { logicalType: integer } }
      - name: v
        logicalType: vector
        logicalTypeOptions: { dimensions: 384, distanceMetric: cosine }
`
  it('takes what 3.2 added, and does not need a status there', () => {
    expect(found(head('v3.2.0').replace('status: active\n', '') + newest)).toEqual([])
  })
  it('does not know it in 3.1', () => {
    const codes = found(head('v3.1.0') + newest)
    expect(codes.filter(line => /PROPERTY_UNKNOWN/.test(line))).toHaveLength(8)
    expect(codes.filter(line => /VALUE_NOT_ALLOWED/.test(line))).toHaveLength(3)
    expect(codes).toContain('contract.yaml:8:46 VALUE_WRONG_TYPE')
    expect(codes).toContain('contract.yaml:20:40 VALUE_MALFORMED')
  })
  it('checks what 3.2 says of maps, vectors and enums', () => {
    const wrong = `schema:
  - name: t
    properties:
      - { name: m, logicalType: map }
      - { name: v, logicalType: vector, logicalTypeOptions: { dimensions: 0 } }
      - { name: e, enum: [{ value: 1 }, { value: 1 }] }
      - { name: f, enum: [a] }
`
    expect(found(head('v3.2.0') + wrong)).toEqual([
      'contract.yaml:9:9 PROPERTY_MISSING',
      'contract.yaml:10:75 VALUE_MALFORMED',
      'contract.yaml:11:41 LIST_REPEATS',
      'contract.yaml:12:27 VALUE_WRONG_TYPE',
    ])
  })
  it('follows 3.0 in a document of 3.0', () => {
    const old = `team: [{ username: u, role: owner }]
support: [{ channel: c, url: 'https://example.com' }]
schema:
  - name: t
    properties:
      - name: a
        logicalType: integer
        logicalTypeOptions: { maximum: 5, exclusiveMaximum: true }
        quality: [{ rule: duplicateCount, mustBe: 0 }, { rule: validValues, validValues: [1] }]
`
    expect(found(head('v3.0.2') + old)).toEqual([])
    expect(found(head('v3.0.2') + old.replace('integer', 'timestamp')).map(line => line.split(' ')[1])).toEqual([
      'VALUE_NOT_ALLOWED',
    ])
    expect(found(head('v3.1.0') + old).length).toBeGreaterThan(0)
  })
  it('names the versions it reads', () => {
    expect(told(head('v2.2.2'))[0]).toBe(
      'The apiVersion is "v2.2.2". Expected one of v3.2.0, v3.1.0, v3.0.2, v3.0.1, v3.0.0.',
    )
  })
})

describe('documents that are something else', () => {
  it('recognises the specification of the same short name', () => {
    const other = `schema: https://opendataproducts.org/v4.0/schema/odps.yaml
version: 4.0
product:
  en:
    name: Pets of the year
    productID: 123456are
`
    expect(found(other)).toEqual(['contract.yaml:1:1 DOCUMENT_OTHER_STANDARD'])
    expect(told(other)[0]).toMatch(/Open Data Product Specification \(opendataproducts.org, 4\).*Standard of Bitol/)
    expect(found('version: dev\nproduct:\n  details: { en: { name: x } }\n')).toEqual([
      'contract.yaml:1:1 DOCUMENT_OTHER_STANDARD',
    ])
  })
  it.each([
    ['', 'contract.yaml:1:1 DOCUMENT_UNREADABLE'],
    ['just words', 'contract.yaml:1:1 DOCUMENT_KIND'],
    ['kind: Deployment', 'contract.yaml:1:7 DOCUMENT_KIND'],
    ['a: 1\na: 2', 'contract.yaml:2:1 DOCUMENT_UNREADABLE'],
    ['a: "no end\n', 'contract.yaml:2:1 DOCUMENT_UNREADABLE'],
    ['a:\n\t- b', 'contract.yaml:2:1 DOCUMENT_UNREADABLE'],
    ['kind: DataContract\n---\nkind: DataContract', 'contract.yaml:2:1 DOCUMENT_UNREADABLE'],
  ])('%j', (text, line) => {
    expect(found(text)).toContain(line)
  })
  it('does not follow aliases without end', () => {
    expect(found('a: &a [*a]')).toEqual(['contract.yaml:1:8 DOCUMENT_UNREADABLE'])
    const levels = 'abcdefgh'.split('').map((name, i, all) => {
      const of = i === 0 ? 'x' : `*${all[i - 1]}`
      return `${name}: &${name} [${Array(10).fill(of).join(', ')}]`
    })
    expect(found(levels.join('\n')).join()).toMatch(/DOCUMENT_UNREADABLE/)
  })
  it.each([
    ['[', '['.repeat(40_000)],
    ['{', '{"a":'.repeat(20_000)],
    ['a closed list', '['.repeat(3000) + ']'.repeat(3000)],
    ['- on one line', '- '.repeat(40_000)],
    ['? on one line', '? '.repeat(40_000)],
    ['indentation', Array.from({ length: 2000 }, (_, at) => `${' '.repeat(at)}a:`).join('\n')],
    ['aliases', `a: &a [x]\nb: [${Array(30_000).fill('*a').join(',')}]`],
  ])('ends at once where a text nests or repeats itself without end: %s', (_, text) => {
    expect(found(text)).toEqual([expect.stringMatching(/^contract\.yaml:\d+:1 DOCUMENT_UNREADABLE$/)])
  })
  it('lets long texts be', () => {
    const prose = `description: |\n  ${'A - b: *c* [d] '.repeat(120)}\n  ${'-'.repeat(500)}\nname: x`
    expect(found(prose).filter(each => each.includes('UNREADABLE'))).toEqual([])
  })
  it('reads JSON, with places', () => {
    const json = '{\n  "apiVersion": "v1.0.0",\n  "kind": "DataProduct",\n  "id": "p",\n  "status": 1\n}'
    const problems = validateDocument(json, 'product.odps.json', {})
    expect(problems.map(placeOf)).toEqual(['product.odps.json:5:13'])
  })
})

describe('variables', () => {
  const server = (port: string) =>
    `${head()}servers:\n  - server: s\n    type: mysql\n    host: h\n    port: ${port}\n    database: d\n`
  it('are put in before types are judged', () => {
    expect(found(server('${PORT:-3306}'))).toEqual([])
    expect(found(server('${PORT:-3306}'), { PORT: '3307' })).toEqual([])
    expect(found(server('"${PORT:-3306}"'))).toEqual(['contract.yaml:10:11 VALUE_WRONG_TYPE'])
  })
  it('without value and default are a problem with the place', () => {
    const problems = validateDocument(server('${PORT}'), 'contract.yaml', {})
    expect(problems[0]).toMatchObject({ code: 'VARIABLE_UNSET', line: 10, column: 11 })
    expect(problems[0]!.message).toContain('PORT')
  })
})

describe('secrets', () => {
  const secret = 'hunter2-do-not-show'
  it.each([
    ['of a variable', server('port: ${SECRET}')],
    ['of a variable inside a text', server('port: x${SECRET}y')],
    ['of a variable in an enum', server('type2: x').replace('type: mysql', 'type: ${SECRET}')],
    ['under a secret-like key', server(`password: [${secret}]`)],
    ['in a URL', `${head()}contractCreatedTs: https://u:${secret}@host/\n`],
    ['in a broken file', `${head()}servers: {{ "${secret}\n  ${secret}: - : [`],
    ['as a name', server('port: 1').replace('server: s', 'server: ${SECRET}').replace('host: h', 'host: 5')],
    ['in a default', server('port: ${UNSET:-hunter2-do-not-show}')],
  ])('%s are in no problem', (where, text) => {
    const problems = validateDocument(text, 'contract.yaml', { SECRET: secret })
    expect(problems.length).toBeGreaterThan(0)
    // A file that cannot be read would quote nothing anyway: only the one case is about that.
    expect(problems.some(problem => problem.code === 'DOCUMENT_UNREADABLE')).toBe(where === 'in a broken file')
    expect(JSON.stringify(problems)).not.toContain('hunter2')
  })
  function server(more: string) {
    return `${head()}servers:\n  - server: s\n    type: mysql\n    host: h\n    database: d\n    ${more}\n`
  }
})
