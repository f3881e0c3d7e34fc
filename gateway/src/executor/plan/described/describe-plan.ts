import type { FetchNode, PlanNode, QueryPlanSelectionNode, SubscriptionNode } from '@apollo/query-planner'
import { type DocumentNode, type OperationDefinitionNode, parse, print, stripIgnoredCharacters } from 'graphql'
import type { AliasesApart } from '../aliases-apart.js'
import type { Subgraphs } from '../fetch.js'
import { needsParts, partsOf, withOwnNames } from '../fetch-parts.js'
import type { PlanPart } from '../late-fields.js'
import type { Path } from '../place.js'
import { requestedFields } from '../requested-fields.js'
import type { RequiredFields } from '../required-arguments.js'
import type { FetchDescription, PlanDescription, StepDescription } from './description.js'
import { fieldOrigins } from './field-origins.js'
import { type Brought, broughtBy } from './fields-brought.js'

/** What a plan is described with, beside its nodes. */
export interface DescribedOperation {
  /** Late fetches follow their part; what of it waits for them follows those. */
  parts: readonly PlanPart[]
  document: DocumentNode
  operation: OperationDefinitionNode
  /** What the plan calls otherwise than the client does. */
  aliases: AliasesApart
}

/**
 * Tells the plan with the very functions that compile it: what a fetch loses, how it is split and how its fields are
 * called at their subgraph is what the engine makes of Apollo's plan, not what Apollo prints.
 */
export function describePlan(
  { parts, document, operation, aliases }: DescribedOperation,
  subgraphs: Subgraphs,
): PlanDescription {
  const brought: Brought[] = []
  let fetches = 0
  const clientName = (name: string | number) => aliases.get(String(name)) ?? String(name)

  const describe = (one: PlanNode | SubscriptionNode, at: string[]): StepDescription => {
    switch (one.kind) {
      case 'Fetch':
        return describeFetch(one, at)
      case 'Sequence':
        return { kind: 'sequence', steps: one.nodes.map(child => describe(child, at)) }
      case 'Parallel':
        return { kind: 'parallel', steps: one.nodes.map(child => describe(child, at)) }
      case 'Flatten':
        return describe(one.node, [...at, ...one.path.map(clientName)])
      case 'Condition':
        return {
          kind: 'condition',
          variable: one.condition,
          ...(one.ifClause ? { whenTrue: describe(one.ifClause, at) } : {}),
          ...(one.elseClause ? { whenFalse: describe(one.elseClause, at) } : {}),
        }
      default:
        throw new TypeError(`The engine runs no ${one.kind}, so that there is nothing to describe`)
    }
  }
  const describeFetch = (whole: FetchNode, at: string[]): FetchDescription => {
    const id = String(++fetches)
    const isSplit = whole.requires !== undefined && needsParts(whole, subgraphs.required)
    const description = sent(whole, id, at, !isSplit)
    const parts = whole.requires ? partsOf(whole, subgraphs.requirements).map(({ node }) => node) : [whole]
    if (!isSplit && parts.length < 2) return description
    const described = parts.map((part, index) => sent(part, `${id}.${index + 1}`, at, isSplit))
    return { ...description, parts: { when: isSplit ? 'always' : 'incomplete', fetches: described } }
  }
  /** `brings`: its fields are told as its own. */
  const sent = (part: FetchNode, id: string, at: string[], brings: boolean): FetchDescription => {
    const named = withOwnNames(part, subgraphs.required)
    const { contextRewrites = [] } = named
    const ofContext = contextRewrites.map(({ renameKeyTo }) => renameKeyTo)
    if (brings) {
      const requested = requestedFields(named, subgraphs.required)
      const renamed = (path: Path) => requested.renamed(path).map(clientName)
      brought.push(...broughtBy(named, { id, at, renamed, ...subgraphs }))
    }
    return {
      kind: 'fetch',
      id,
      subgraph: named.serviceName,
      at,
      operation: print(parse(named.operation, { noLocation: true })),
      variables: (named.variableUsages ?? []).filter(name => !ofContext.includes(name)),
      ...(ofContext.length > 0 ? { context: ofContext } : {}),
      ...(part.requires ? { requires: required(part.requires, subgraphs.required) } : {}),
    }
  }

  const steps = parts.flatMap(({ node, late }) => [node, ...late]).map(one => describe(one, []))
  const plan = steps.length < 2 ? steps[0] : ({ kind: 'sequence', steps } as const)
  return {
    operation: { type: operation.operation, ...(operation.name ? { name: operation.name.value } : {}) },
    ...(plan ? { plan } : {}),
    fields: fieldOrigins(document, operation, subgraphs, brought),
  }
}

/** As subgraphs know it: a field that only the planner knows is the field with the arguments that it stands for. */
function required(selections: readonly QueryPlanSelectionNode[], known: RequiredFields): string {
  return selections
    .map(selection => {
      const below = selection.selections ? ` { ${required(selection.selections, known)} }` : ''
      if (selection.kind === 'InlineFragment')
        return selection.typeCondition ? `... on ${selection.typeCondition}${below}` : `...${below}`
      const own = known.get(selection.name)?.field
      return (own ? stripIgnoredCharacters(print({ ...own, selectionSet: undefined })) : selection.name) + below
    })
    .join(' ')
}
