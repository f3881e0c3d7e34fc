import type { Caller, ProductDecision } from '@terrane/schema'
import {
  type DocumentNode,
  FieldsOnCorrectTypeRule,
  type FragmentDefinitionNode,
  FragmentsOnCompositeTypesRule,
  type GraphQLSchema,
  Kind,
  KnownArgumentNamesRule,
  KnownTypeNamesRule,
  parse,
  type SelectionSetNode,
  ValuesOfCorrectTypeRule,
  validate,
} from 'graphql'
import { type FetchDescription, fetchesOf, type PlanDescription } from '../plan/described/description.js'

export interface Told {
  caller: Caller
  /** By product. */
  decisions: ReadonlyMap<string, ProductDecision>
  /** What the caller may know of. */
  schema: GraphQLSchema
  /** Subgraphs of the gateway's own, which are nobody's to observe. */
  own: ReadonlySet<string>
}

/**
 * Who may see how an operation is run: who may observe every product that is asked, or has the role `admin`. And only
 * where all that is fetched, keys and requirements included, is what he may know of anyway: hidden fields stay hidden
 * from everybody, `@inaccessible` ones too.
 */
export function mayBeTold(plan: PlanDescription, { caller, decisions, schema, own }: Told): boolean {
  const isAdmin = caller.authenticated && caller.roles.includes('admin')
  const observes = (subgraph: string) => decisions.get(subgraph)?.actions.includes('observe') ?? false
  return fetchesOf(plan.plan).every(
    fetch => (isAdmin || own.has(fetch.subgraph) || observes(fetch.subgraph)) && isKnown(fetch, schema),
  )
}

/** What tells a question that names something that is not there. */
const RULES = [
  FieldsOnCorrectTypeRule,
  FragmentsOnCompositeTypesRule,
  KnownArgumentNamesRule,
  KnownTypeNamesRule,
  ValuesOfCorrectTypeRule,
]

function isKnown(fetch: FetchDescription, schema: GraphQLSchema): boolean {
  const operation = parse(fetch.operation, { noLocation: true })
  if (fetch.requires === undefined) return validate(schema, operation, RULES).length === 0
  const taken = parse(`{ ${fetch.requires} }`, { noLocation: true })
  return [...setsIn(operation, 1), ...setsIn(taken, 0)].every(set => {
    const fragments = asFragments(set)
    return fragments !== undefined && validate(schema, fragments, RULES).length === 0
  })
}

/** The selection sets so many levels below the operation. */
function setsIn({ definitions }: DocumentNode, level: 0 | 1): SelectionSetNode[] {
  return definitions.flatMap(one => {
    if (one.kind !== Kind.OPERATION_DEFINITION) return []
    if (level === 0) return [one.selectionSet]
    return one.selectionSet.selections.flatMap(field =>
      field.kind === Kind.FIELD && field.selectionSet ? [field.selectionSet] : [],
    )
  })
}

/**
 * What is selected of entities stands below no field that a client could ask, so that each type's part stands alone.
 * Undefined where it has none.
 */
function asFragments({ selections }: SelectionSetNode): DocumentNode | undefined {
  const definitions: FragmentDefinitionNode[] = []
  for (const [index, part] of selections.entries()) {
    if (part.kind !== Kind.INLINE_FRAGMENT || !part.typeCondition) return undefined
    const { typeCondition, selectionSet } = part
    const name = { kind: Kind.NAME, value: `Part${index}` } as const
    definitions.push({ kind: Kind.FRAGMENT_DEFINITION, name, typeCondition, selectionSet })
  }
  return { kind: Kind.DOCUMENT, definitions }
}
