import { CATALOGUE, RULES } from '@terrane/schema'
import { adviceOf, type Finding, findingsOf } from './finding.js'
import type { Format } from './format.js'

const LEVELS = { error: 'error', breaking: 'error', warning: 'warning', dangerous: 'warning', safe: 'note' } as const

/** SARIF 2.1.0 (OASIS), as GitHub code scanning and editors read it. The rules are those that found something. */
export const sarif: Format = report => {
  const findings = findingsOf(report)
  const codes = [...new Set(findings.map(({ code }) => code))].sort()
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'terrane', rules: codes.map(ruleOf) } },
        columnKind: 'utf16CodeUnits',
        results: findings.map(finding => resultOf(finding, codes)),
      },
    ],
  }
  return `${JSON.stringify(log, null, 2)}\n`
}

const OUTCOMES = new Map(RULES.flatMap(rule => Object.entries(rule.outcomes)))

function ruleOf(code: string) {
  const outcome = OUTCOMES.get(code)
  if (outcome) {
    const { level, concern, because } = outcome
    return {
      id: code,
      shortDescription: { text: because },
      defaultConfiguration: { level: LEVELS[level] },
      help: { text: `${because} ${adviceOf({ level, ...(concern ? { concern } : {}) })}` },
    }
  }
  const entry = CATALOGUE[code as keyof typeof CATALOGUE]
  const level = 'severity' in entry ? LEVELS.warning : LEVELS.error
  return {
    id: code,
    shortDescription: { text: open(entry.message) },
    defaultConfiguration: { level },
    help: { text: open(entry.hint) },
  }
}

/** What is filled in where it is found. */
const open = (text: string) => text.replace(/\{\w+\}/g, '…')

function resultOf(finding: Finding, codes: string[]) {
  const { code, level, concern, message, hint, product, file, line, column } = finding
  const region =
    line === undefined ? {} : { region: { startLine: line, ...(column === undefined ? {} : { startColumn: column }) } }
  return {
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    level: LEVELS[level],
    message: { text: `${message} ${hint}` },
    // Without a place SARIF has none to show; a region needs a file.
    ...(file === undefined
      ? {}
      : { locations: [{ physicalLocation: { artifactLocation: { uri: encodeURI(file) }, ...region } }] }),
    properties: { level, ...(concern ? { concern } : {}), ...(product ? { product } : {}) },
  }
}
