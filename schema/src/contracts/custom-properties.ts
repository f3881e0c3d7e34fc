import { nearest } from '../problems/nearest.js'
import { type Problem, problem } from '../problems/problem.js'
import type { Source } from './source.js'

/** What Terrane reads in `customProperties`, by where it stands. Names outside `terrane.` are free. */
export const CUSTOM_PROPERTIES = {
  product: ['terrane.visibility', 'terrane.title', 'terrane.type', 'terrane.runInterval'],
  inputPort: ['terrane.dataset'],
  contract: ['terrane.visibility', 'terrane.discover'],
  dataset: [
    'terrane.visibility',
    'terrane.entity',
    'terrane.singular',
    'terrane.discover',
    'terrane.deprecated',
    'terrane.sunset',
    'terrane.declassified',
  ],
  property: [
    'terrane.entity',
    'terrane.field',
    'terrane.reverse',
    'terrane.discover',
    'terrane.scopes',
    'terrane.deprecated',
    'terrane.sunset',
    'terrane.declassified',
  ],
  /** Of all connectors; one that reads a new setting names it here. */
  server: [
    'terrane.connector',
    'terrane.table',
    'terrane.topic',
    'terrane.clientId',
    'terrane.user',
    'terrane.password',
    'terrane.tls',
  ],
  relationship: ['terrane.entity', 'terrane.field', 'terrane.reverse'],
  role: [
    'terrane.datasets',
    'terrane.properties',
    'terrane.classifications',
    'terrane.rowFilter',
    'terrane.masks',
    'terrane.actions',
  ],
} as const

/** The `customProperties` of one object, by name; the last of two equal names counts. */
export class CustomProperties {
  private readonly values = new Map<string, Source>()

  constructor(owner: Source) {
    for (const item of owner.list('customProperties')) {
      const name = item.text('property')
      const value = item.get('value')
      if (name !== undefined && value !== undefined) this.values.set(name, value)
    }
  }
  get(name: string): Source | undefined {
    return this.values.get(name)
  }
  /** All of them as plain data; `shown` as `Source.plain` has it. */
  plain(shown = false): Record<string, unknown> {
    return Object.fromEntries([...this.values].map(([name, value]) => [name, value.plain(shown)]))
  }

  /** A text, or a problem where it is something else. */
  text(name: string, problems: Problem[]): string | undefined {
    const value = this.get(name)
    if (value === undefined || value.scalar === null) return undefined
    if (typeof value.scalar === 'string' && value.scalar !== '') return value.scalar
    problems.push(problem('CUSTOM_PROPERTY_INVALID', { name, expected: 'a text' }, value.place))
    return undefined
  }
  /** A text for people, as `Source.shown` has it. */
  shown(name: string, problems: Problem[]): string | undefined {
    return this.text(name, problems) === undefined ? undefined : this.get(name)!.told()
  }
  /** A number that is not negative. */
  amount(name: string, problems: Problem[]): number | undefined {
    const value = this.get(name)
    if (value === undefined || value.scalar === null) return undefined
    if (typeof value.scalar === 'number' && value.scalar >= 0) return value.scalar
    problems.push(problem('CUSTOM_PROPERTY_INVALID', { name, expected: 'a number that is not negative' }, value.place))
    return undefined
  }
  flag(name: string, problems: Problem[]): boolean {
    const value = this.get(name)
    if (value === undefined || typeof value.scalar === 'boolean') return value?.scalar === true
    problems.push(problem('CUSTOM_PROPERTY_INVALID', { name, expected: 'true or false' }, value.place))
    return false
  }
  /** One of a few words. */
  word<Word extends string>(name: string, words: readonly Word[], problems: Problem[]): Word | undefined {
    const value = this.get(name)
    if (value === undefined) return undefined
    const word = words.find(known => known === value.scalar)
    if (word === undefined) {
      problems.push(problem('CUSTOM_PROPERTY_INVALID', { name, expected: words.join(', ') }, value.place))
    }
    return word
  }
  /** A list of texts, or one text alone. */
  texts(name: string, problems: Problem[]): string[] | undefined {
    const value = this.get(name)
    if (value === undefined || value.scalar === null) return undefined
    if (typeof value.scalar === 'string') return [value.scalar]
    if (Array.isArray(value.content) && value.items.every(item => typeof item.scalar === 'string')) {
      return value.items.map(item => item.scalar as string)
    }
    problems.push(problem('CUSTOM_PROPERTY_INVALID', { name, expected: 'a list of texts' }, value.place))
    return undefined
  }
  object(name: string, problems: Problem[]): Record<string, unknown> | undefined {
    const value = this.get(name)
    if (value === undefined || value.scalar === null) return undefined
    if (value.fields !== undefined) return value.plain() as Record<string, unknown>
    problems.push(problem('CUSTOM_PROPERTY_INVALID', { name, expected: 'an object' }, value.place))
    return undefined
  }

  /** `terrane.` names that stand where Terrane does not read them: a grant that is not one, because of a typing error. */
  unknown(known: readonly string[], problems: Problem[]): void {
    for (const [name, value] of this.values) {
      if (!name.startsWith('terrane.') || known.includes(name)) continue
      const near = nearest(name, known)
      const suggestion = near ? `Did you mean ${near}?` : `Here Terrane reads ${known.join(', ') || 'none'}.`
      problems.push(problem('CUSTOM_PROPERTY_UNKNOWN', { name, suggestion }, value.place))
    }
  }
}
