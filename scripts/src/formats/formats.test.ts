import path from 'node:path'
import { type Product, problem } from '@terrane/schema'
import Ajv from 'ajv'
import type { CheckReport } from '../checks/run-checks.js'
import { failing } from './finding.js'
import { FORMATS } from './format.js'

const folder = path.resolve('subgraphs', 'uk-sales')
const place = { file: 'contracts/orders.odcs.yaml', line: 7, column: 9 }
const report: CheckReport = {
  products: [
    {
      folder,
      name: 'uk-sales',
      product: { name: 'uk-sales', version: '1.2.0', major: 1 } as Product,
      against: 'published 1.1.0',
      problems: [problem('SQL_SYNTAX', { model: 'output.orders', reason: 'a <b> & "c": 100%, or so' }, place)],
      changes: [
        {
          code: 'PROPERTY_REMOVED',
          level: 'breaking',
          subject: 'orders.a',
          message: 'orders.a was removed.',
          ...place,
        },
        { code: 'ROLE_ADDED', level: 'dangerous', concern: 'security', subject: 'x/y', message: 'y may read.' },
        { code: 'PROPERTY_ADDED', level: 'safe', subject: 'orders.b', message: 'orders.b is new.', ...place },
      ],
    },
  ],
  composition: [problem('SUPERGRAPH_NAME_TWICE', { name: 'a', first: 'b', second: 'c' })],
}
const nothing: CheckReport = { products: [{ ...report.products[0]!, problems: [], changes: [] }], composition: [] }
const print = (format: keyof typeof FORMATS, of = report, failOn: 'breaking' | 'dangerous' = 'breaking') =>
  FORMATS[format](of, failing(failOn))

test('text: what, where, what to do', () => {
  const lines = print('text').split('\n')
  expect(lines[0]).toBe(`✖ ${'uk-sales'.padEnd(44)}published 1.1.0`)
  const at = lines.indexOf('✖ uk-sales: orders.a was removed. (breaking) PROPERTY_REMOVED')
  expect(lines.slice(at + 1, at + 3)).toEqual([
    '  at subgraphs/uk-sales/contracts/orders.odcs.yaml:7:9',
    expect.stringContaining('raise the version of the product to 2.0.0'),
  ])
  // Of many products each problem says whose it is.
  const problemAt = lines.indexOf('✖ uk-sales: output.orders: a <b> & "c": 100%, or so. SQL_SYNTAX')
  expect(lines[problemAt + 1]).toBe('  at subgraphs/uk-sales/contracts/orders.odcs.yaml:7:9')
  expect(lines[1]).toBe('✖ composed')
  expect(lines.at(-2)).toBe('2 errors; changes: 1 breaking, 1 dangerous, 1 safe')
  expect(print('text', nothing)).toContain('Nothing found, nothing changed.')
})

test('a product that cannot be read has not passed: nobody could ask it, and it was not composed', () => {
  const { product: _, against: __, ...unread } = report.products[0]!
  const unreadable: CheckReport = { products: [{ ...unread, changes: [] }], composition: [] }
  expect(print('text', unreadable).split('\n')[1]).toBe('✔ composed, without uk-sales as it is here')
  const xml = print('junit', unreadable)
  expect(xml).toContain('<testsuite name="uk-sales" tests="2" failures="1" errors="0" skipped="1">')
  expect(xml).toMatch(/name="breaks nothing \(cannot be read\)">\n\s*<skipped message="The product cannot be read."\/>/)
})

test('json: facts', () => {
  const facts = JSON.parse(print('json'))
  expect(facts).toMatchObject({
    ok: false,
    summary: { error: 2, warning: 0, breaking: 1, dangerous: 1, safe: 1 },
    products: [{ name: 'uk-sales', folder, version: '1.2.0', against: 'published 1.1.0' }],
    composition: [{ code: 'SUPERGRAPH_NAME_TWICE' }],
  })
  expect(facts.products[0].changes[0]).toMatchObject({
    code: 'PROPERTY_REMOVED',
    level: 'breaking',
    subject: 'orders.a',
  })
  expect(JSON.parse(print('json', nothing)).ok).toBe(true)
})

test('dangerous changes fail where that is asked for', () => {
  const dangerous: CheckReport = {
    products: [{ ...nothing.products[0]!, changes: [report.products[0]!.changes[1]!] }],
    composition: [],
  }
  expect(JSON.parse(print('json', dangerous)).ok).toBe(true)
  expect(JSON.parse(print('json', dangerous, 'dangerous')).ok).toBe(false)
})

test('github: commands with file, line and what they need escaped', () => {
  const [first, second] = print('github').split('\n')
  expect(first).toBe(
    '::error file=subgraphs/uk-sales/contracts/orders.odcs.yaml,line=7,col=9,title=uk-sales SQL_SYNTAX::' +
      'output.orders: a <b> & "c": 100%25, or so.%0ACorrect the SQL at this place.',
  )
  expect(second).toMatch(/^::error file=[^:]+,title=uk-sales PROPERTY_REMOVED::orders\.a was removed\.%0A/)
  expect(print('github')).toMatch(/^::warning title=uk-sales ROLE_ADDED security::/m)
  expect(print('github')).toMatch(/^::notice file=/m)
})

test('junit: well-formed, a case a question, failures where it fails', () => {
  const xml = print('junit')
  expect(xml).toContain('<testsuite name="uk-sales" tests="2" failures="2"')
  expect(xml).toContain('message="output.orders: a &lt;b&gt; &amp; &quot;c&quot;: 100%, or so."')
  expect(xml).toContain('<testcase classname="mesh" name="composes">')
  expect(print('junit', nothing)).not.toContain('<failure')
  // Every tag that opens closes, in order.
  const open: string[] = []
  for (const [, closing, name, own] of xml.matchAll(/<(\/?)([a-z-]+)(?:\s[^<>]*?)?(\/?)>/g)) {
    if (closing) expect(open.pop()).toBe(name)
    else if (!own) open.push(name!)
  }
  expect(open).toEqual([])
})

/** The parts of the official SARIF 2.1.0 schema that a log of ours uses, with all that it requires there. */
const SARIF = {
  type: 'object',
  required: ['version', 'runs'],
  properties: {
    version: { const: '2.1.0' },
    runs: {
      type: 'array',
      items: {
        type: 'object',
        required: ['tool'],
        properties: {
          columnKind: { enum: ['utf16CodeUnits', 'unicodeCodePoints'] },
          tool: {
            type: 'object',
            required: ['driver'],
            properties: {
              driver: {
                type: 'object',
                required: ['name'],
                properties: {
                  rules: { type: 'array', uniqueItems: true, items: { type: 'object', required: ['id'] } },
                },
              },
            },
          },
          results: {
            type: 'array',
            items: {
              type: 'object',
              required: ['message'],
              properties: {
                level: { enum: ['none', 'note', 'warning', 'error'] },
                ruleIndex: { type: 'integer', minimum: 0 },
                message: { type: 'object', required: ['text'] },
                locations: {
                  type: 'array',
                  items: {
                    type: 'object',
                    required: ['physicalLocation'],
                    properties: {
                      physicalLocation: {
                        type: 'object',
                        required: ['artifactLocation'],
                        properties: {
                          region: { type: 'object', properties: { startLine: { type: 'integer', minimum: 1 } } },
                        },
                      },
                    },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
}

test('sarif: a valid log whose results name their rules and places', () => {
  const log = JSON.parse(print('sarif'))
  const validate = new Ajv({ strict: false }).compile(SARIF)
  expect([validate(log), validate.errors]).toEqual([true, null])
  const [run] = log.runs
  // What every rule says is its own.
  const help = run.tool.driver.rules.map((rule: { help: { text: string } }) => rule.help.text)
  expect(new Set(help).size).toBe(help.length)
  expect(help.join()).toContain('programs that read the column')
  for (const result of run.results) expect(run.tool.driver.rules[result.ruleIndex].id).toBe(result.ruleId)
  expect(run.results[1]).toMatchObject({
    ruleId: 'PROPERTY_REMOVED',
    level: 'error',
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: 'subgraphs/uk-sales/contracts/orders.odcs.yaml' },
          region: { startLine: 7, startColumn: 9 },
        },
      },
    ],
    properties: { product: 'uk-sales', level: 'breaking' },
  })
  expect(run.results[2]).not.toHaveProperty('locations')
})
