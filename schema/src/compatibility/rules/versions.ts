import { contractsOf, type Rule } from '../rule.js'

export const versions: Rule = {
  outcomes: {
    VERSION_LOWERED: {
      level: 'breaking',
      because: 'Tools that take the newest take the old one.',
      example: { in: 'product', before: 'version: 1.2.0', after: 'version: 1.1.0' },
    },
  },
  product({ before, after }, { report }) {
    const place = { file: after.file, line: 1, column: 1 }
    if (isLower(after.version, before.version)) {
      report('VERSION_LOWERED', after.name, `${after.name} was at ${before.version} and is at ${after.version}.`, place)
    }
    for (const now of contractsOf(after)) {
      const old = contractsOf(before).find(({ id }) => id === now.id)
      if (!old || old.major !== now.major || !isLower(now.version, old.version)) continue
      const message = `${now.id} was at ${old.version} and is at ${now.version}.`
      report('VERSION_LOWERED', now.id, message, { file: now.file, line: 1, column: 1 })
    }
  },
}

/** Numbers by size; what follows a hyphen is not compared. */
function isLower(one: string, other: string): boolean {
  const numbers = (version: string) => version.replace(/^v/, '').split(/[-+]/)[0]!.split('.').map(Number)
  const [a, b] = [numbers(one), numbers(other)]
  for (const at of [0, 1, 2]) if ((a[at] ?? 0) !== (b[at] ?? 0)) return (a[at] ?? 0) < (b[at] ?? 0)
  return false
}
