import {
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  valueFromASTUntyped,
  visit,
} from 'graphql'
import { BoundedMap } from '../../bounded-map.js'
import { enclosed, quoted } from './json-text.js'
import type { Fields } from './place.js'
import { type AnswerProjection, compileProjection } from './projection.js'
import type { Denied } from './selected-fields.js'

/** Of one operation: twice as many as its `@skip` and `@include` have been used differently. */
const MOST = 32

/** The projections of one operation, by what its `@skip` and `@include` come to. */
export class Projections {
  private readonly known = new BoundedMap<string, AnswerProjection>(MOST)
  private readonly conditions: string[]
  private readonly defaults: Fields

  /** `denied`: which fields of the question are answered with null, whatever was fetched. */
  constructor(
    private readonly schema: GraphQLSchema,
    private readonly document: DocumentNode,
    private readonly operation: OperationDefinitionNode,
    private readonly denied?: Denied,
  ) {
    this.conditions = conditionsOf(document)
    this.defaults = defaultsOf(operation)
  }

  /** `plain`: no text that was fetched has anything that JSON escapes. */
  of(variables: Fields, plain: boolean): AnswerProjection {
    const conditions: Fields = Object.create(null)
    let key = plain ? 'plain ' : 'any '
    for (const name of this.conditions) {
      const holds = Object.hasOwn(variables, name) ? variables[name] : this.defaults[name]
      conditions[name] = holds
      key += holds ? '1' : '0'
    }
    const known = this.known.get(key)
    if (known) return known
    const projection = compileProjection(
      this.schema,
      this.document,
      this.operation,
      conditions,
      this.denied,
      plain ? enclosed : quoted,
    )
    this.known.set(key, projection)
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
