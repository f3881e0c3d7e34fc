import type { Change } from '@terrane/schema'
import { placeOf } from '@terrane/schema'
import type { Checked } from '../checks/checked.js'
import { painted } from '../terminal.js'
import { findingsOf, hintOf } from './finding.js'
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
    `${composition.some(({ severity }) => severity === 'error') ? painted(31, '✖') : painted(32, '✔')} composed`,
  )
  for (const product of products) {
    for (const problem of product.problems)
      lines.push(...three(problem.severity, problem, placeOf(problem), problem.hint))
    lines.push(...changes(product))
  }
  for (const problem of composition) lines.push(...three(problem.severity, problem, placeOf(problem), problem.hint))
  lines.push(summary(findingsOf(report).map(({ level }) => level)))
  return `${lines.join('\n')}\n`
}

function changes(product: Checked): string[] {
  const safe = product.changes.filter(({ level }) => level === 'safe')
  const shown = product.changes.filter(change => change.level !== 'safe' || safe.indexOf(change) < MOST_SAFE)
  const more = safe.length - MOST_SAFE
  return [
    ...shown.flatMap(change => {
      const what = { ...change, message: `${product.name}: ${change.message} ${kindOf(change)}` }
      if (change.level === 'safe') return three('safe', what, '', '').slice(0, 1)
      return three(change.level, what, change.file ? placeOf(change as never) : '', hintOf(change, product))
    }),
    ...(more > 0 ? [`${painted(32, '✔')} ${product.name}: ${more} more safe changes.`] : []),
  ]
}

function kindOf({ level, concern }: Change): string {
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
