import type { OperationTypeNode } from 'graphql'

/** The plan of one operation, as the engine runs it. JSON. */
export interface PlanDescription {
  operation: { type: OperationTypeNode; name?: string }
  /** Undefined where nothing is fetched: `{ __typename }`. */
  plan?: StepDescription
  /** Every field of the question, in its order, and who is asked for it. */
  fields: FieldOrigin[]
}

export type StepDescription =
  | { kind: 'sequence' | 'parallel'; steps: StepDescription[] }
  /** By a variable's value; a branch that is not there fetches nothing. */
  | { kind: 'condition'; variable: string; whenTrue?: StepDescription; whenFalse?: StepDescription }
  | FetchDescription

export interface FetchDescription {
  kind: 'fetch'
  /** `3`; of a part of the third fetch `3.1`. Unique in the plan. */
  id: string
  subgraph: string
  /** Response names down to the objects that it is for, `@` for every item of a list; empty at the root. */
  at: string[]
  /** As the subgraph gets it. */
  operation: string
  /** Variables of the question that go with it. */
  variables: string[]
  /** Variables whose values stand in the answer above (`@fromContext`): they are sent once per value. */
  context?: string[]
  /** An entity fetch: what the subgraph is told of each entity, `... on Product { upc price(currency: "USD") }`. */
  requires?: string
  /** Sent instead. `incomplete`: for those entities that lack what only some of its fields take. */
  parts?: { when: 'always' | 'incomplete'; fetches: FetchDescription[] }
}

export interface FieldOrigin {
  /** Response names, `@` for every item of a list: `users.@.name`. */
  path: string
  /** `User.name` */
  coordinate: string
  /** Ids of the fetches that bring it; none for a field that no subgraph can be asked for. */
  fetches: string[]
  /** Names of their subgraphs, each once. */
  subgraphs: string[]
}

/** All fetches of a plan, parts instead of the whole where it is never sent whole. */
export function fetchesOf(step: StepDescription | undefined): FetchDescription[] {
  if (!step) return []
  switch (step.kind) {
    case 'fetch':
      if (!step.parts) return [step]
      return step.parts.when === 'always' ? step.parts.fetches : [step, ...step.parts.fetches]
    case 'condition':
      return [...fetchesOf(step.whenTrue), ...fetchesOf(step.whenFalse)]
    default:
      return step.steps.flatMap(fetchesOf)
  }
}
