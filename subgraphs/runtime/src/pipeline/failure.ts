import type { Model } from '@terrane/schema'
import { type Problem, problem } from '@terrane/schema/problems'
import { tableOf } from './plan.js'
import { positionInMessage } from './position.js'

/** Marks a row that does not fit; see `execute.ts`. */
export const NOT_EXACT = 'terrane: not exact'

/**
 * What DuckDB said about a model, as a problem in its file. Messages about names and types are the user's own words;
 * those about values may hold data and are told without it.
 */
export function failure(model: Model, error: unknown, limits: { memoryMegabytes: number }): Problem {
  const message = messageOf(error)
  const [kind = ''] = /^[A-Za-z ]+(?= Error:)/.exec(message) ?? []
  if (kind === 'Out of Memory') {
    return problem('RUN_OUT_OF_MEMORY', { memory: limits.memoryMegabytes, step: `, at: ${tableOf(model)}` })
  }
  // The model stands below one line of ours.
  const { line, column } = positionInMessage(message)
  const place = { file: model.file, ...(line && line > 1 ? { line: line - 1, ...(column ? { column } : {}) } : {}) }
  const said = message.replace(/^[A-Za-z ]+ Error: /, '').split(/\n+LINE \d+:/)[0]!
  const sentence = said.replace(/\s+/g, ' ').trim().replace(/[.!]$/, '')
  // The disk's fault, not the model's.
  if (kind === 'IO') return problem('STORE_UNAVAILABLE', { store: 'column', reason: withoutData(sentence) })
  const aboutNames = ['Binder', 'Catalog', 'Parser', 'Syntax', 'Not implemented'].includes(kind)
  if (aboutNames) return problem('SQL_INVALID', { model: tableOf(model), reason: sentence }, place)
  return problem('SQL_FAILED', { model: tableOf(model), reason: withoutData(sentence) }, place)
}

/** From the first quotation mark to the last, and every number. */
function withoutData(sentence: string): string {
  return sentence
    .replace(/["'].*["']/s, '"…"')
    .replace(/(?<!\w)[-+]?\d[\d.,:e+-]*/g, '…')
    .replace(/(Input|value): .*/i, '$1: …')
    .slice(0, 300)
}

/** Errors of a native addon are not `instanceof Error` in every realm. */
export function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error)
}
