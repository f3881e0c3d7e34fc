import {
  Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Node as YamlNode,
} from 'yaml'
import { type Problem, problem } from '../problems/problem.js'
import { interpolate } from './interpolate.js'
import type { Position } from './model.js'
import { nestsTooDeep } from './nesting.js'
import { isSecretName, redactText } from './redact.js'

export type Scalar = string | number | boolean | null

/** A value of a document with the place it was written at. */
export class Source {
  constructor(
    readonly place: Position,
    readonly content: Scalar | Source[] | Map<string, { keyPlace: Position; source: Source }>,
    /** Came from a variable, or stands under a secret-like name: never to be quoted. */
    readonly hidden: boolean,
    /** The text as it stands in the file, where that differs from `content`. */
    private readonly written?: string,
    /** Values of variables that were put in. */
    readonly values: readonly string[] = [],
  ) {}

  get fields() {
    return this.content instanceof Map ? this.content : undefined
  }
  get items(): Source[] {
    return Array.isArray(this.content) ? this.content : []
  }
  get scalar(): Scalar | undefined {
    return this.content instanceof Map || Array.isArray(this.content) ? undefined : this.content
  }
  get(name: string): Source | undefined {
    return this.fields?.get(name)?.source
  }
  list(name: string): Source[] {
    return this.get(name)?.items ?? []
  }
  /** The text under a name, where there is one; empty text counts as none. */
  text(name: string): string | undefined {
    const value = this.get(name)?.scalar
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  /**
   * The same for people: as it stands in the file, without credentials. What a variable holds is for connecting, and may
   * be a secret.
   */
  shown(name: string): string | undefined {
    return this.text(name) === undefined ? undefined : this.get(name)!.told()
  }
  told(): string {
    return redactText(String(this.plain(true)))
  }
  flag(name: string): boolean {
    return this.get(name)?.scalar === true
  }
  texts(name: string): string[] {
    return this.list(name).flatMap(item => (typeof item.scalar === 'string' ? [item.scalar] : []))
  }
  shownTexts(name: string): string[] {
    return this.list(name).flatMap(item => (typeof item.scalar === 'string' ? [item.told()] : []))
  }
  /** Plain data; `shown` gives variables as they are written instead of their values. */
  plain(shown = false): unknown {
    if (this.content instanceof Map) {
      return Object.fromEntries([...this.content].map(([name, { source }]) => [name, source.plain(shown)]))
    }
    if (Array.isArray(this.content)) return this.content.map(item => item.plain(shown))
    return shown && this.written !== undefined ? this.written : this.content
  }
  /** For messages: the value, its kind where it is not to be quoted. */
  quoted(): string {
    if (this.content instanceof Map) return 'an object'
    if (Array.isArray(this.content)) return 'a list'
    if (this.content === null) return 'empty'
    if (this.hidden) return `a ${typeof this.content === 'string' ? 'text' : typeof this.content} that is not shown`
    const text = redactText(String(this.content))
    const short = text.length > 60 ? `${text.slice(0, 60)}…` : text
    return typeof this.content === 'string' ? `"${short}"` : short
  }
}

/** Beyond this many values a document is refused: an alias of aliases grows without end. */
const MOST_VALUES = 500_000

/**
 * Reads YAML or JSON and puts variables in. Plain scalars are typed after that (`port: ${PORT:-3306}` is a number), quoted
 * ones stay text. What cannot be read has no root; its problems say why, without quoting the file.
 */
export function readSource(text: string, file: string, env: NodeJS.ProcessEnv): { root?: Source; problems: Problem[] } {
  const format = file.endsWith('.json') ? 'JSON' : 'YAML'
  const tooDeep = nestsTooDeep(text)
  if (tooDeep !== undefined) {
    const line = text.slice(0, tooDeep).split('\n').length
    return { problems: [problem('DOCUMENT_UNREADABLE', { format, reason: TOO_MUCH }, { file, line, column: 1 })] }
  }
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, keepSourceTokens: false })
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(Math.min(offset, text.length))
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const problems = document.errors.map(error =>
    problem('DOCUMENT_UNREADABLE', { format, reason: REASONS[error.code] ?? 'the syntax is wrong' }, at(error.pos[0])),
  )
  if (problems.length > 0) return { problems }
  if (document.contents === null) {
    return { problems: [problem('DOCUMENT_UNREADABLE', { format, reason: 'the file is empty' }, at(0))] }
  }

  let count = 0
  const open = new Set<YamlNode>()
  const read = (node: YamlNode | null, fallback: number, secret: boolean): Source => {
    const start = node?.range?.[0] ?? fallback
    const place = at(start)
    if (++count > MOST_VALUES) throw new TooManyValues(place)
    if (node === null) return new Source(place, null, false)
    if (isAlias(node)) {
      const target = node.resolve(document as Document.Parsed)
      if (target === undefined || open.has(target)) throw new TooManyValues(place)
      return read(target, start, secret)
    }
    if (isScalar(node)) return scalarOf(node, place, secret)
    open.add(node)
    try {
      if (isSeq(node)) {
        return new Source(
          place,
          node.items.map(item => read(item as YamlNode | null, start, secret)),
          secret,
        )
      }
      if (isMap(node)) {
        const custom = node.get('property')
        const secretCustom = typeof custom === 'string' && isSecretName(custom)
        const fields = new Map<string, { keyPlace: Position; source: Source }>()
        for (const pair of node.items) {
          if (!isPair(pair) || !isScalar(pair.key)) throw new TooManyValues(place)
          const name = String(pair.key.value)
          const keyStart = pair.key.range?.[0] ?? start
          const inner = secret || isSecretName(name, isMap(pair.value)) || (secretCustom && name === 'value')
          const source = read(pair.value as YamlNode | null, pair.key.range?.[1] ?? keyStart, inner)
          fields.set(name, { keyPlace: at(keyStart), source })
        }
        return new Source(place, fields, secret)
      }
    } finally {
      open.delete(node)
    }
    throw new TooManyValues(place)
  }
  const scalarOf = (node: { value: unknown; type?: string }, place: Position, secret: boolean): Source => {
    const value = node.value
    if (typeof value !== 'string' || !value.includes('${')) {
      return new Source(place, (value ?? null) as Scalar, secret)
    }
    const { text, replaced, values, missing } = interpolate(value, env)
    for (const name of new Set(missing)) problems.push(problem('VARIABLE_UNSET', { name }, place))
    const content = node.type === 'PLAIN' && replaced ? plainScalar(text) : text
    // What a missing variable left behind is a problem already; hiding it keeps the others from quoting it.
    return new Source(place, content, secret || replaced || missing.length > 0, value, values)
  }

  try {
    return { root: read(document.contents as YamlNode, 0, false), problems }
  } catch (error) {
    if (!(error instanceof TooManyValues)) throw error
    return { problems: [...problems, problem('DOCUMENT_UNREADABLE', { format, reason: TOO_MUCH }, error.place)] }
  }
}

const TOO_MUCH = 'it nests or repeats itself (aliases, keys that are not text) beyond what a document may'

class TooManyValues extends Error {
  constructor(readonly place: Position) {
    super()
  }
}

/** The type that YAML's core schema gives a plain scalar. */
function plainScalar(text: string): Scalar {
  if (/^[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$/.test(text)) return Number(text)
  if (/^(true|True|TRUE)$/.test(text)) return true
  if (/^(false|False|FALSE)$/.test(text)) return false
  if (/^(null|Null|NULL|~)$/.test(text)) return null
  return text
}

/** Our words for the parser's codes: its own messages may quote the file. */
const REASONS: Record<string, string> = {
  ALIAS_PROPS: 'an alias (*) takes no anchor or tag',
  BAD_ALIAS: 'an alias (*) has no anchor (&) before it',
  BAD_DIRECTIVE: 'a directive (%) is wrong',
  BAD_DQ_ESCAPE: 'an escape in double quotes is unknown',
  BAD_INDENT: 'the indentation does not fit what stands above',
  BAD_PROP_ORDER: 'anchors and tags stand before the indicator',
  BAD_SCALAR_START: 'a text may not begin with this character unless it is quoted',
  BLOCK_AS_IMPLICIT_KEY: 'a nested list or object needs a line of its own (often: text with ": " in it needs quotes)',
  BLOCK_IN_FLOW: 'a block cannot stand inside [ ] or { }',
  DUPLICATE_KEY: 'a key is written twice in one object',
  KEY_OVER_1024_CHARS: 'a key is longer than 1024 characters',
  MISSING_CHAR: 'a closing quote, bracket, comma or colon is missing',
  MULTILINE_IMPLICIT_KEY: 'a key stretches over several lines (often: a colon is missing)',
  MULTIPLE_DOCS: 'there are several documents in one file',
  TAB_AS_INDENT: 'a tab indents the line; YAML wants spaces',
  TAG_RESOLVE_FAILED: 'a tag (!) is unknown',
  UNEXPECTED_TOKEN: 'something stands where it cannot',
}
