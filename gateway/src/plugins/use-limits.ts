import { COST_LIMIT } from '@terrane/schema'
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type SelectionSetNode,
  visit,
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

/** All of a document: what is not run is validated all the same. */
export function measure(document: DocumentNode, limits: GatewayLimits): void {
  measureValues(document)
  for (const one of document.definitions)
    if (one.kind === Kind.OPERATION_DEFINITION || one.kind === Kind.FRAGMENT_DEFINITION)
      measureSelections(document, one.selectionSet, limits)
}

/** Of values that stand in the text, and of types. */
const VALUE_LEVELS = 100
/**
 * Apollo's planner looks for variables in each item of a list twice (`collectVariablesInValue`), so that each list in a list
 * doubles its time: 8 take it milliseconds, 25 a minute. Goes when it looks once.
 */
const LIST_LEVELS = 8

function measureValues(document: DocumentNode): void {
  let levels = 0
  let lists = 0
  const enter = () => {
    if (++levels > VALUE_LEVELS) refuse('depth', `a value or a type of more than ${VALUE_LEVELS} levels`)
  }
  const leave = () => void levels--
  visit(document, {
    ListType: { enter, leave },
    ObjectValue: { enter, leave },
    ListValue: {
      enter() {
        enter()
        if (++lists > LIST_LEVELS)
          refuse('depth', `a value of more than ${LIST_LEVELS} lists in one another, which only variables may hold`)
      },
      leave() {
        leave()
        lists--
      },
    },
  })
}

/** Counts with fragments written out, since that is what is planned, and stops at the first limit: no fan of fragments is followed. */
function measureSelections(document: DocumentNode, set: SelectionSetNode, limits: GatewayLimits): void {
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const one of document.definitions) if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one)
  let tokens = 0
  let aliases = 0
  const count = (more: number) => {
    tokens += more
    if (tokens > limits.tokens) refuse('tokens', `more than ${limits.tokens} fields and directives`)
  }
  const field = (node: FieldNode) => {
    if (node.alias === undefined) return
    aliases += 1
    if (aliases > limits.aliases) refuse('aliases', `more than ${limits.aliases} aliases`)
    if (node.alias.value.startsWith(RESERVED_ALIAS)) refuse('aliases', `an alias that begins with ${RESERVED_ALIAS}`)
  }
  const walk = (selectionSet: SelectionSetNode, depth: number, spreads: ReadonlySet<string>): void => {
    if (depth > limits.depth) refuse('depth', `more than ${limits.depth} levels`)
    for (const selection of selectionSet.selections) {
      count(1 + (selection.directives?.length ?? 0))
      if (selection.kind === Kind.FIELD) {
        field(selection)
        if (selection.selectionSet) walk(selection.selectionSet, depth + 1, spreads)
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        walk(selection.selectionSet, depth, spreads)
      } else {
        const fragment = fragments.get(selection.name.value)
        // Unknown and circular ones are for the validation to tell.
        if (fragment && !spreads.has(selection.name.value))
          walk(fragment.selectionSet, depth, new Set([...spreads, selection.name.value]))
      }
    }
  }
  walk(set, 1, new Set())
}

function refuse(limit: keyof GatewayLimits, what: string): never {
  throw new GraphQLError(`The operation has ${what}.`, {
    extensions: { code: 'OPERATION_TOO_LARGE', limit, http: { status: 400 } },
  })
}
