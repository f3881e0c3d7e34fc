import { COST_LIMIT } from '@terrane/schema/graph/operation-cost'
import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type TypeNode,
  type ValueNode,
} from 'graphql'
import { RESERVED_ALIAS } from '../authorisation/question.js'
import { PLAN_BYTES } from '../executor/plan/plan-memory.js'
import type { GatewayLimits } from '../gateway.js'
import type { Part } from './part.js'

export const DEFAULT_LIMITS: GatewayLimits = {
  depth: 15,
  aliases: 30,
  tokens: 1000,
  cost: COST_LIMIT,
  cacheBytes: 64 * 1024 * 1024,
  cacheMilliseconds: 30,
  planBytes: PLAN_BYTES,
  timeMilliseconds: 30_000,
  streams: 1000,
  streamsPerCaller: 20,
  streamMilliseconds: 3_600_000,
  streamCheckMilliseconds: 10_000,
  bodyBytes: 1024 * 1024,
  subgraphsSwapped: 50,
}

/**
 * Refuses questions that are too deep or too wide, before anything is validated, decided or planned. What they may cost
 * is told by the caller's own schema, so the executor refuses that (executor/authorised.ts), before planning too.
 */
export function useLimits(limits: GatewayLimits): Part {
  return {
    graphql: {
      async requestDidStart() {
        return {
          async didResolveOperation({ document }) {
            measure(document, limits)
          },
        }
      },
    },
  }
}

/** What of an operation there may be so much of, fragments written out, since that is what is planned. */
interface Size {
  /** Levels of selection. */
  depth: number
  /** Fields, fragments and directives. */
  tokens: number
  aliases: number
  values: number
}

/** Also of a fragment while it is measured: those in a circle are for the validation to tell. */
const NOTHING: Readonly<Size> = { depth: 0, tokens: 0, aliases: 0, values: 0 }

/** For each of the fields and directives that an operation may have. */
const VALUES_PER_TOKEN = 200
/** Of lists and objects within one another. Whatever walks through them would overflow the stack some day. */
const MOST_NESTED_VALUES = 100

/** All operations and fragments: what is not run is validated all the same. Refuses at the first limit that it meets. */
export function measure(document: DocumentNode, limits: GatewayLimits): void {
  const measuring = new Measuring(document, limits)
  for (const one of document.definitions) {
    if (one.kind === Kind.OPERATION_DEFINITION) measuring.operation(one)
    else if (one.kind === Kind.FRAGMENT_DEFINITION) measuring.fragment(one, 0)
  }
}

/** Measures each fragment of a document once, so that neither chains nor fans of them cost more than they are long. */
class Measuring {
  private readonly fragments = new Map<string, FragmentDefinitionNode>()
  private readonly sizes = new Map<FragmentDefinitionNode, Readonly<Size>>()

  constructor(
    document: DocumentNode,
    private readonly limits: GatewayLimits,
  ) {
    for (const one of document.definitions)
      if (one.kind === Kind.FRAGMENT_DEFINITION) this.fragments.set(one.name.value, one)
  }

  operation({ directives, variableDefinitions = [], selectionSet }: OperationDefinitionNode): void {
    const size = { ...NOTHING }
    this.values(size, directives)
    for (const one of variableDefinitions) {
      this.values(size, one.directives)
      this.type(one.type)
      if (one.defaultValue) this.value(size, one.defaultValue, 1, 1)
    }
    this.selections(size, selectionSet, 1, 0)
  }

  /** `within`: selections around it. */
  fragment(fragment: FragmentDefinitionNode, within: number): Readonly<Size> {
    const known = this.sizes.get(fragment)
    if (known) return known
    this.sizes.set(fragment, NOTHING)
    const size = { ...NOTHING }
    this.values(size, fragment.directives)
    this.selections(size, fragment.selectionSet, 1, within)
    this.sizes.set(fragment, size)
    return size
  }

  private selections(size: Size, { selections }: SelectionSetNode, depth: number, within: number): void {
    this.deepen(size, depth)
    // Each is one of the tokens, so that no chain is followed beyond the limit either.
    const inner = within + 1
    if (inner > this.limits.tokens) this.refuseTokens()
    for (const selection of selections) {
      this.count(size, 1 + (selection.directives?.length ?? 0))
      this.values(size, selection.directives)
      if (selection.kind === Kind.FIELD) {
        this.field(size, selection)
        if (selection.selectionSet) this.selections(size, selection.selectionSet, depth + 1, inner)
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        this.selections(size, selection.selectionSet, depth, inner)
      } else {
        const fragment = this.fragments.get(selection.name.value)
        // Unknown ones are for the validation to tell.
        if (fragment) this.add(size, this.fragment(fragment, inner), depth)
      }
    }
  }

  private field(size: Size, { alias, arguments: given = [] }: FieldNode): void {
    for (const { value } of given) this.value(size, value, 1, 1)
    if (alias === undefined) return
    this.countAliases(size, 1)
    if (alias.value.startsWith(RESERVED_ALIAS)) refuse('aliases', `an alias that begins with ${RESERVED_ALIAS}`)
  }

  private add(size: Size, fragment: Readonly<Size>, depth: number): void {
    this.deepen(size, depth + fragment.depth - 1)
    this.count(size, fragment.tokens)
    this.countAliases(size, fragment.aliases)
    this.countValues(size, fragment.values)
  }

  private values(size: Size, directives: readonly DirectiveNode[] = []): void {
    for (const { arguments: given = [] } of directives) for (const { value } of given) this.value(size, value, 1, 1)
  }

  /**
   * `visits`: Apollo's planner looks for variables in all that is in a list twice, so that lists in lists would hold up all
   * planning. Goes when it looks once.
   */
  private value(size: Size, value: ValueNode, visits: number, nested: number): void {
    this.countValues(size, visits)
    if (nested > MOST_NESTED_VALUES) refuse('depth', `values of more than ${MOST_NESTED_VALUES} levels`)
    if (value.kind === Kind.LIST) for (const one of value.values) this.value(size, one, 2 * visits, nested + 1)
    if (value.kind === Kind.OBJECT) for (const one of value.fields) this.value(size, one.value, visits, nested + 1)
  }

  private type(type: TypeNode): void {
    let levels = 0
    for (let inner = type; inner.kind !== Kind.NAMED_TYPE; inner = inner.type) levels++
    if (levels > MOST_NESTED_VALUES) refuse('depth', `a type of more than ${MOST_NESTED_VALUES} levels`)
  }

  private deepen(size: Size, depth: number): void {
    if (depth > this.limits.depth) refuse('depth', `more than ${this.limits.depth} levels`)
    size.depth = Math.max(size.depth, depth)
  }

  private count(size: Size, more: number): void {
    size.tokens += more
    if (size.tokens > this.limits.tokens) this.refuseTokens()
  }

  private refuseTokens(): never {
    refuse('tokens', `more than ${this.limits.tokens} fields and directives`)
  }

  private countAliases(size: Size, more: number): void {
    size.aliases += more
    if (size.aliases > this.limits.aliases) refuse('aliases', `more than ${this.limits.aliases} aliases`)
  }

  private countValues(size: Size, more: number): void {
    size.values += more
    if (size.values > VALUES_PER_TOKEN * this.limits.tokens)
      refuse('tokens', 'too many values in lists within lists: give them by a variable')
  }
}

function refuse(limit: keyof GatewayLimits, what: string): never {
  throw new GraphQLError(`The operation has ${what}.`, {
    extensions: { code: 'OPERATION_TOO_LARGE', limit, http: { status: 400 } },
  })
}
