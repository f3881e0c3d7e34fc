import {
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  valueFromASTUntyped,
  visit,
} from 'graphql'
import { enclosed, quoted } from './json-text.js'
import type { Fields } from './place.js'
import { BYTES_PER_ENTRY, BYTES_PER_PROJECTED_FIELD, type PlanMemoryOf } from './plan-memory.js'
import { type AnswerProjection, compileProjection } from './projection.js'
import type { Denied } from './selected-fields.js'

/** So far: tells those of one operation from those of another. */
let operations = 0

/** The projections of one operation, by what its `@skip` and `@include` come to. */
export class Projections {
  private readonly name = ++operations
  private readonly conditions: string[]
  private readonly defaults: Fields

  /** `denied`: which fields of the question are answered with null, whatever was fetched. */
  constructor(
    private readonly schema: GraphQLSchema,
    private readonly document: DocumentNode,
    private readonly operation: OperationDefinitionNode,
    private readonly memory: PlanMemoryOf<AnswerProjection>,
    private readonly denied?: Denied,
  ) {
    this.conditions = conditionsOf(document)
    this.defaults = defaultsOf(operation)
  }

  /** `plain`: no text that was fetched has anything that JSON escapes. */
  of(variables: Fields, plain: boolean): AnswerProjection {
    const conditions: Fields = Object.create(null)
    // Short: a text of up to twelve letters is made at once, and quick to look for.
    let key = `${this.name}${plain ? ' ' : '*'}`
    for (const name of this.conditions) {
      const holds = Object.hasOwn(variables, name) ? variables[name] : this.defaults[name]
      conditions[name] = holds
      key += holds ? '1' : '0'
    }
    const known = this.memory.get(key)
    if (known) return known
    const projection = compileProjection(
      this.schema,
      this.document,
      this.operation,
      conditions,
      this.denied,
      plain ? enclosed : quoted,
      fields => this.memory.grow(key, fields * BYTES_PER_PROJECTED_FIELD),
    )
    this.memory.set(key, projection, BYTES_PER_ENTRY)
    return projection
  }
}

/** Variables that decide about `@skip` and `@include`. */
function conditionsOf(document: DocumentNode): string[] {
  const names = new Set<string>()
  visit(document, {
    Directive: ({ name, arguments: given }) => {
      if (name.value !== 'skip' && name.value !== 'include') return
      for (const { value } of given ?? []) if (value.kind === Kind.VARIABLE) names.add(value.name.value)
    },
  })
  return [...names]
}

/** What a variable is that was not given. */
export function defaultsOf({ variableDefinitions = [] }: OperationDefinitionNode): Fields {
  const defaults: Fields = Object.create(null)
  for (const { variable, defaultValue } of variableDefinitions)
    if (defaultValue) defaults[variable.name.value] = valueFromASTUntyped(defaultValue)
  return defaults
}
