import type { Checked } from '../checks/checked.js'
import { painted } from '../terminal.js'
import { type Finding, findingsOf, findingsOfProduct } from './finding.js'
import type { Format } from './format.js'

const SIGNS = { error: '✖', warning: '!', breaking: '✖', dangerous: '!', safe: '✔' } as const
const COLOURS = { error: 31, warning: 33, breaking: 31, dangerous: 33, safe: 32 } as const
/** More safe changes than this of one product are counted only. */
const MOST_SAFE = 10

/** For people: one line a product, then three lines a finding: what, where, what to do. */
export const text: Format = (report, fails) => {
  const { products, composition } = report
  const lines: string[] = []
  for (const product of products) {
    const found = findingsOf({ products: [product], composition: [] })
    const sign = found.some(fails) ? painted(31, '✖') : painted(32, '✔')
    lines.push(
      `${sign} ${product.name.padEnd(44)}${product.against ?? (product.product ? 'not published yet' : 'cannot be read')}`,
    )
  }
  lines.push(
    `${composition.some(({ severity }) => severity === 'error') ? painted(31, '✖') : painted(32, '✔')} composed${without(products)}`,
  )
  for (const product of products) {
    for (const found of findingsOfProduct(product)) {
      if (found.level !== 'safe') lines.push(...three(found.level, named(found), placeIn(found), found.hint))
    }
    lines.push(...safeChanges(product))
  }
  for (const found of findingsOf({ products: [], composition }))
    lines.push(...three(found.level, found, placeIn(found), found.hint))
  lines.push(summary(findingsOf(report).map(({ level }) => level)))
  return `${lines.join('\n')}\n`
}

/** What cannot be read was not composed with the others, and says so. */
function without(products: readonly Checked[]): string {
  const missing = products.filter(({ product }) => product === undefined)
  return missing.length === 0 ? '' : `, without ${missing.map(({ name }) => name).join(', ')} as it is here`
}

/** Nothing to do about them: a line each, and of many their number. */
function safeChanges(product: Checked): string[] {
  const safe = findingsOfProduct(product).filter(({ level }) => level === 'safe')
  const more = safe.length - MOST_SAFE
  return [
    ...safe.slice(0, MOST_SAFE).flatMap(found => three('safe', named(found), '', '').slice(0, 1)),
    ...(more > 0 ? [`${painted(32, '✔')} ${product.name}: ${more} more safe changes.`] : []),
  ]
}

/** Many products are checked at once: each finding says whose it is. */
function named(found: Finding): Finding {
  const kind = found.level === 'error' || found.level === 'warning' ? '' : ` ${kindOf(found)}`
  return { ...found, message: `${found.product}: ${found.message}${kind}` }
}

/** From the current folder, so that editors and terminals can open it. */
const placeIn = ({ file, line, column }: Finding) => [file, line, column].filter(part => part !== undefined).join(':')

function kindOf({ level, concern }: Finding): string {
  return concern === 'security'
    ? `(${level}: security)`
    : concern === 'clients'
      ? `(${level} for clients)`
      : `(${level})`
}

function three(
  level: keyof typeof SIGNS,
  of: { message: string; code: string },
  place: string,
  hint: string,
): string[] {
  const first = `${painted(COLOURS[level], SIGNS[level])} ${of.message} ${painted(2, of.code)}`
  return [first, ...(place ? [`  at ${place}`] : []), `  ${hint}`]
}

function summary(levels: string[]): string {
  const count = (level: string) => levels.filter(one => one === level).length
  const part = (level: string, many = level) =>
    count(level) === 0 ? [] : [`${count(level)} ${count(level) === 1 ? level : many}`]
  const problems = [...part('error', 'errors'), ...part('warning', 'warnings')]
  const changed = [...part('breaking'), ...part('dangerous'), ...part('safe')]
  const changes = changed.length === 0 ? [] : [`changes: ${changed.join(', ')}`]
  return [...problems, ...changes].join('; ') || 'Nothing found, nothing changed.'
}
