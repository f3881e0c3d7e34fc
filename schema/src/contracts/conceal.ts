import type { Problem } from '../problems/problem.js'
import type { Source } from './source.js'

/** Texts that no message may quote. */
export type HiddenTexts = ReadonlySet<string>

const LONG = 8

/**
 * Every text and number of a document that must not be quoted: as it stands, the values of variables alone, since what is
 * made of a text (a resolved path, a driver's complaint) may hold only those, and what a URL says before its host.
 */
export function hiddenTexts(source: Source, found = new Set<string>()): Set<string> {
  const { content, hidden, values } = source
  if (content instanceof Map) for (const { source: inner } of content.values()) hiddenTexts(inner, found)
  else if (Array.isArray(content)) for (const inner of content) hiddenTexts(inner, found)
  else if (hidden && content !== null && typeof content !== 'boolean') {
    for (const text of [String(content), ...values]) {
      found.add(text)
      for (const part of credentialsOf(text)) found.add(part)
    }
  }
  return found
}

/** Password and, where there is none, user of a URL: a token often stands alone before the host. */
export function credentialsOf(text: string): string[] {
  const [, user, password] = /^[a-z][a-z0-9+.-]*:\/+([^/\s:@]*)(?::([^/\s@]*))?@/i.exec(text) ?? []
  const secret = password ?? user
  return secret ? [...new Set([secret, decoded(secret)])] : []
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/**
 * A text without those that must not be quoted. Short ones count where they stand as words, and such of one or two
 * characters not at all: they would be found everywhere.
 */
export function concealText(text: string, hidden: Iterable<string>): string {
  const texts = [...hidden].filter(each => each.length > 2).sort((a, b) => b.length - a.length)
  return texts.reduce(
    (shown, secret) =>
      !shown.includes(secret)
        ? shown
        : secret.length < LONG
          ? shown.replaceAll(wordOf(secret), '***')
          : shown.replaceAll(secret, '***'),
    text,
  )
}

const wordOf = (text: string) =>
  new RegExp(`(?<![A-Za-z0-9])${text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}(?![A-Za-z0-9])`, 'g')

/** Problems likewise: names may come from variables too, and problems name names. */
export function conceal(problems: Problem[], hidden: Iterable<string>): Problem[] {
  const texts = [...hidden]
  if (texts.length === 0) return problems
  const without = (text: string) => concealText(text, texts)
  return problems.map(found => ({ ...found, message: without(found.message), hint: without(found.hint) }))
}
