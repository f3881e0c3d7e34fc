import type { DuckDBConnection } from '@duckdb/node-api'
import type { Model } from '@terrane/schema'
import { nearest, type Place, type Problem, type ProblemCode, problem } from '@terrane/schema/problems'
import { messageOf } from './failure.js'
import { FUNCTIONS, NOT_REPRODUCIBLE, NOT_REPRODUCIBLE_NAMES, SESSION_NAMES, TABLE_FUNCTIONS } from './functions.js'
import * as grammar from './grammar.js'
import { positionAt } from './position.js'
import { type SelectPlaces, selectPlaces } from './select-places.js'

/** A table that a model reads, where it says so. */
export interface Read {
  schema: string
  table: string
  place: Place
}

export interface Judgement {
  problems: Problem[]
  /** Each table once, at its first mention. Empty where there are problems. */
  reads: Read[]
  /** Where its columns stand; undefined where there are problems. */
  places?: SelectPlaces
}

/** DuckDB's answer from `json_serialize_sql`. */
type Parsed =
  | { error: true; error_type: string; error_message: string; position?: string }
  | { error: false; statements: unknown[] }

/**
 * Judges one model by DuckDB's own parser, without running it: exactly one SELECT, made only of what `grammar.ts` and
 * `functions.ts` know, reading only `input.…`, `abstraction.…` and its own WITH queries. Whether those tables exist is
 * the plan's question. Runs in a child process only: text that breaks a parser must not break us.
 */
export async function judge(connection: DuckDBConnection, model: Model): Promise<Judgement> {
  const name = `${model.layer}.${model.name}`
  const at = (offset?: number): Place => ({ file: model.file, ...positionAt(model.sql, offset) })
  const refuse = (code: ProblemCode, details: Record<string, unknown>, offset?: number): Judgement => ({
    problems: [problem(code, { model: name, ...details }, at(offset))],
    reads: [],
  })

  // A NUL ends the text for a parser in C, but not for us.
  if (model.sql.includes('\0')) return refuse('SQL_CONSTRUCT_NOT_ALLOWED', { construct: 'a NUL character' })
  let parsed: Parsed
  try {
    const reader = await connection.runAndReadAll('SELECT json_serialize_sql($1::VARCHAR)', [model.sql])
    parsed = JSON.parse(String(reader.getRows()[0]?.[0]))
  } catch (error) {
    // JSON has no infinity; and a tree may be too deep for the parser.
    if (error instanceof SyntaxError) {
      return refuse('SQL_CONSTRUCT_NOT_ALLOWED', { construct: 'a number that is not finite' })
    }
    return refuse('SQL_SYNTAX', { reason: messageOf(error).split('\n')[0] })
  }
  if (parsed.error) {
    const notSelect = parsed.error_type === 'not implemented'
    if (notSelect) return refuse('SQL_NOT_ONE_SELECT', { found: 'is or contains another kind of statement' })
    return refuse('SQL_SYNTAX', { reason: parsed.error_message }, parsed.position ? Number(parsed.position) : undefined)
  }
  if (parsed.statements.length !== 1) {
    const count = parsed.statements.length
    return refuse('SQL_NOT_ONE_SELECT', { found: count === 0 ? 'is empty' : `holds ${count} statements` })
  }

  const walk = new Walk(name, at)
  try {
    walk.part('statement', parsed.statements[0], new Set())
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return refuse('SQL_CONSTRUCT_NOT_ALLOWED', { construct: 'expressions nested too deeply' })
  }
  if (walk.problems.length > 0) return { problems: walk.problems, reads: [] }
  return { problems: [], reads: [...walk.reads.values()], places: selectPlaces(parsed.statements[0]) }
}

type Tree = Record<string, unknown>
/** Names of WITH queries that can be seen, lower case. */
type Scope = ReadonlySet<string>

class Walk {
  readonly problems: Problem[] = []
  readonly reads = new Map<string, Read>()
  /** Byte offset of the node at hand, or the nearest around it that has one. */
  #offset: number | undefined

  constructor(
    private readonly model: string,
    private readonly at: (offset?: number) => Place,
  ) {}

  /** A node of one form. */
  part(kind: keyof typeof grammar.PARTS, tree: unknown, scope: Scope): void {
    this.#fields(kind, tree, grammar.PARTS[kind], scope)
    if (kind === 'sample' && isTree(tree) && typeof tree.seed === 'number' && tree.seed < 0) {
      this.#refuse('SQL_NOT_REPRODUCIBLE', { construct: 'a sample without a seed' })
    }
  }

  /** A node of several forms, told apart by `key`. `own` looks at what its fields say together. */
  #form(
    forms: Record<string, grammar.Node>,
    key: 'class' | 'type',
    tree: unknown,
    scope: Scope,
    own?: (form: string, tree: Tree) => void,
  ): void {
    const form = isTree(tree) ? String(tree[key]) : UNKNOWN
    this.#fields(form, tree, Object.hasOwn(forms, form) ? forms[form] : undefined, scope, own)
  }

  /** Every field must be known, and is walked as what it is. */
  #fields(
    form: string,
    tree: unknown,
    node: grammar.Node | undefined,
    scope: Scope,
    own?: (form: string, tree: Tree) => void,
  ): void {
    if (!isTree(tree) || !node) {
      this.#refuseConstruct(form)
      return
    }
    const around = this.#offset
    const location = tree.query_location
    if (typeof location === 'number' && location < Number.MAX_SAFE_INTEGER) this.#offset = location
    own?.(form, tree)
    for (const [field, value] of Object.entries(tree)) {
      const kind = Object.hasOwn(node, field) ? node[field]! : 'refused'
      this.#field(field, kind, value, scope)
    }
    this.#offset = around
  }

  #field(field: string, kind: grammar.FieldKind, value: unknown, scope: Scope): void {
    if (kind === 'refused') {
      if (!isNothing(value)) this.#refuseConstruct(field)
    } else if (kind === 'plain') {
      if (holdsNodes(value)) this.#refuseConstruct(field)
    } else if (value !== null && value !== undefined) {
      const [node, ...depth] = kind.split('[]') as [grammar.NodeKind, ...string[]]
      this.#nodes(node, depth.length, value, scope)
    }
  }

  /** A node, a list of them, or a list of lists. */
  #nodes(kind: grammar.NodeKind, depth: number, value: unknown, scope: Scope): void {
    if (depth > 0) {
      if (!Array.isArray(value)) this.#refuseConstruct(UNKNOWN)
      else for (const item of value) this.#nodes(kind, depth - 1, item, scope)
      return
    }
    if (kind === 'expression') this.#form(grammar.EXPRESSIONS, 'class', value, scope, this.#names)
    else if (kind === 'table') this.#form(grammar.TABLES, 'type', value, scope, this.#source(scope))
    else if (kind === 'modifier') this.#form(grammar.MODIFIERS, 'type', value, scope)
    else if (kind === 'query') this.#query(value, scope)
    else if (kind === 'type') this.#type(value)
    else if (kind !== 'ctes') this.part(kind, value, scope) // #query walks these: it knows what each may see
  }

  /** WITH queries see those before them; the recursive part of a recursive one sees itself. */
  #query(tree: unknown, outer: Scope): void {
    const scope = new Set(outer)
    const map = isTree(tree) && isTree(tree.cte_map) ? tree.cte_map.map : undefined
    for (const entry of Array.isArray(map) ? map : []) {
      const name = isTree(entry) ? String(entry.key) : ''
      // Should DuckDB ever see less far than we do, such a name would reach its catalog.
      if (/^(duckdb|pragma|sqlite|pg|information)_/i.test(name)) {
        this.#refuse('SQL_TABLE_NOT_ALLOWED', { table: name })
      }
      this.part('cte', isTree(entry) ? entry.value : undefined, scope)
      scope.add(lower(name))
    }
    if (!isTree(tree) || tree.type !== 'RECURSIVE_CTE_NODE') {
      this.#form(grammar.QUERIES, 'type', tree, scope)
      return
    }
    const { right, ...rest } = tree
    this.#form(grammar.QUERIES, 'type', rest, scope)
    this.#query(right, new Set([...scope, lower(String(tree.cte_name))]))
  }

  #source(scope: Scope) {
    return (form: string, tree: Tree): void => {
      if (form === 'TABLE_FUNCTION') this.#tableFunction(tree.function)
      if (form !== 'BASE_TABLE') return
      const [catalog = '', schema = '', table = ''] = [tree.catalog_name, tree.schema_name, tree.table_name].map(String)
      if (catalog === '' && schema === '' && scope.has(lower(table))) return
      if (catalog === '' && READABLE.has(lower(schema))) {
        const key = `${lower(schema)}.${lower(table)}`
        if (!this.reads.has(key)) this.reads.set(key, { schema: lower(schema), table, place: this.at(this.#offset) })
      } else {
        const written = [catalog, schema, table].filter(part => part !== '').join('.')
        this.#refuse('SQL_TABLE_NOT_ALLOWED', { table: written })
      }
    }
  }

  #tableFunction(tree: unknown): void {
    const name = isTree(tree) && tree.class === 'FUNCTION' ? String(tree.function_name) : ''
    // One that may be called nowhere is told by its name, with all others.
    if (TABLE_FUNCTIONS.has(lower(name)) || (name !== '' && !FUNCTIONS.has(lower(name)))) return
    this.#refuse('SQL_FUNCTION_NOT_ALLOWED', {
      function: `${name}() in FROM`,
      suggestion: `In FROM, models may call ${[...TABLE_FUNCTIONS].join(', ')}.`,
    })
  }

  #names = (form: string, tree: Tree): void => {
    if (form === 'FUNCTION' || form === 'WINDOW') this.#functionName(String(tree.function_name))
    if (form === 'COLUMN_REF') this.#columnName(tree.column_names)
  }

  #refuse(code: ProblemCode, details: Record<string, unknown>): void {
    const made = problem(code, { model: this.model, ...details }, this.at(this.#offset))
    const same = (other: Problem) =>
      other.message === made.message && other.line === made.line && other.column === made.column
    if (!this.problems.some(same)) this.problems.push(made)
  }

  #refuseConstruct(construct: string): void {
    this.#refuse('SQL_CONSTRUCT_NOT_ALLOWED', { construct: grammar.NAMES_OF_REFUSED[construct] ?? construct })
  }

  #functionName(written: string): void {
    const name = lower(written)
    if (FUNCTIONS.has(name)) return
    if (NOT_REPRODUCIBLE.has(name)) {
      this.#refuse('SQL_NOT_REPRODUCIBLE', { construct: `${written}()` })
      return
    }
    const near = nearest(name, FUNCTIONS)
    const suggestion = near ? `Did you mean ${near}()?` : 'Use a function that works on its arguments alone.'
    this.#refuse('SQL_FUNCTION_NOT_ALLOWED', { function: `${written}()`, suggestion })
  }

  /** Some names are functions of the engine where no column has them; a column of that name is written `t.name`. */
  #columnName(names: unknown): void {
    if (!Array.isArray(names) || names.length !== 1) return
    const name = lower(String(names[0]))
    if (NOT_REPRODUCIBLE_NAMES.has(name)) this.#refuse('SQL_NOT_REPRODUCIBLE', { construct: name })
    if (SESSION_NAMES.has(name)) this.#refuseConstruct(name)
  }

  /** A type is names and numbers, but may hold other types and, of an ENUM, constants. */
  #type(tree: unknown): void {
    if (!isTree(tree)) {
      this.#refuseConstruct(UNKNOWN)
      return
    }
    for (const [field, value] of Object.entries(tree)) {
      if (!grammar.TYPE_FIELDS.has(field)) this.#refuseConstruct(`a type with ${field}`)
      if (field !== 'type_info' || !isTree(value)) continue
      for (const [detail, content] of Object.entries(value)) {
        const inner = Array.isArray(content) ? content.map(item => (isTree(item) ? item.second : item)) : []
        if (detail === 'child_type') this.#type(content)
        else if (detail === 'child_types') this.#nodes('type', 1, inner, NOTHING_IN_SCOPE)
        else if (detail === 'user_type_modifiers') this.#nodes('constant', 1, content, NOTHING_IN_SCOPE)
        else if (!isNothing(content) && (!grammar.TYPE_INFO_FIELDS.has(detail) || holdsNodes(content))) {
          this.#refuseConstruct(`a type with ${detail}`)
        }
      }
    }
  }
}

const UNKNOWN = 'something that no rule knows'
const NOTHING_IN_SCOPE: Scope = new Set()
/** Schemas that models may name. */
const READABLE = new Set(['input', 'abstraction'])

/** As DuckDB compares names: ASCII only. `toLowerCase` would make a K of the Kelvin sign. */
function lower(name: string): string {
  return name.replace(/[A-Z]/g, letter => letter.toLowerCase())
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What an absent option looks like. */
function isNothing(value: unknown): boolean {
  return value === null || value === '' || value === false || (Array.isArray(value) && value.length === 0)
}

/** Names and numbers only? Anything that could be walked is a node in a field where none belongs. */
function holdsNodes(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsNodes)
  if (!isTree(value)) return false
  return (
    ['class', 'node', 'query', 'table_name', 'function_name'].some(key => key in value) ||
    Object.values(value).some(holdsNodes)
  )
}
