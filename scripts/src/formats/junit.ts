import type { Checked } from '../checks/checked.js'
import { type Fails, type Finding, findingsOf, findingsOfProduct } from './finding.js'
import type { Format } from './format.js'

/** JUnit XML, as GitLab, Jenkins and Azure read it: a suite a product, a case a question. */
export const junit: Format = ({ products, composition }, fails) => {
  const suites = [
    ...products.map(product => suite(product.name, casesOf(product), fails)),
    suite('mesh', [{ name: 'composes', findings: findingsOf({ products: [], composition }) }], fails),
  ]
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="terrane check">\n${suites.join('\n')}\n</testsuites>\n`
}

interface Case {
  name: string
  findings: Finding[]
  /** Why it could not be asked. */
  skipped?: string
}

function casesOf(product: Checked): Case[] {
  const findings = findingsOfProduct(product)
  const isProblem = ({ level }: Finding) => level === 'error' || level === 'warning'
  const against = product.against ?? (product.product ? 'nothing published yet' : 'cannot be read')
  return [
    { name: 'contracts and pipeline are in order', findings: findings.filter(isProblem) },
    {
      name: `breaks nothing (${against})`,
      findings: findings.filter(finding => !isProblem(finding)),
      ...(product.product ? {} : { skipped: 'The product cannot be read.' }),
    },
  ]
}

function suite(name: string, cases: Case[], fails: Fails): string {
  const failed = cases.filter(({ findings }) => findings.some(fails)).length
  const skipped = cases.filter(one => one.skipped !== undefined).length
  const body = cases.map(one => testcase(name, one, fails)).join('\n')
  return `  <testsuite name="${escaped(name)}" tests="${cases.length}" failures="${failed}" errors="0" skipped="${skipped}">\n${body}\n  </testsuite>`
}

function testcase(suite: string, { name, findings, skipped }: Case, fails: Fails): string {
  const failures = findings
    .filter(fails)
    .map(one => `      <failure type="${one.code}" message="${escaped(one.message)}">${escaped(said(one))}</failure>`)
  const others = findings.filter(one => !fails(one))
  const out = others.length === 0 ? [] : [`      <system-out>${escaped(others.map(said).join('\n\n'))}</system-out>`]
  const inner = [
    ...(skipped === undefined ? [] : [`      <skipped message="${escaped(skipped)}"/>`]),
    ...failures,
    ...out,
  ]
  const opening = `    <testcase classname="${escaped(suite)}" name="${escaped(name)}"`
  return inner.length === 0 ? `${opening}/>` : `${opening}>\n${inner.join('\n')}\n    </testcase>`
}

function said({ code, level, message, file, line, column, hint }: Finding): string {
  const place = [file, line, column].filter(part => part !== undefined).join(':')
  return [`${level} ${code}: ${message}`, ...(place ? [`at ${place}`] : []), hint].join('\n')
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }
function escaped(text: string): string {
  // XML 1.0 has no way to write control characters.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must go
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '').replace(/[&<>"']/g, sign => ENTITIES[sign]!)
}
