import { findingsOf } from './finding.js'
import type { Format } from './format.js'

/** Facts for programs. What is added later does not change what is here. */
export const json: Format = (report, fails) => {
  const findings = findingsOf(report)
  const count = (level: string) => findings.filter(finding => finding.level === level).length
  const levels = ['error', 'warning', 'breaking', 'dangerous', 'safe'] as const
  const facts = {
    ok: !findings.some(fails),
    summary: Object.fromEntries(levels.map(level => [level, count(level)])),
    products: report.products.map(({ name, folder, product, against, problems, changes }) => ({
      name,
      folder,
      ...(product ? { version: product.version } : {}),
      ...(against ? { against } : {}),
      problems,
      changes,
    })),
    composition: report.composition,
  }
  return `${JSON.stringify(facts, null, 2)}\n`
}
