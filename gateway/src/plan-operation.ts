import './without-apollo-telemetry.js'
import { type Caller, decide, type ProductPolicy } from '@terrane/schema/authorisation'
import { type DocumentNode, GraphQLError, parse, visit } from 'graphql'
import type { Decided } from './authorisation/decision-point.js'
import { VisibleSchemas } from './authorisation/visible-schemas.js'
import { coercedVariables, unfitVariables } from './executor/coerced-variables.js'
import type { OperationRequest } from './executor/executor.js'
import { type LostField, lostField } from './executor/explain/explanation.js'
import type { PlanDescription } from './executor/plan/described/description.js'
import { planExecutor } from './executor/planned.js'
import { hashOf, PreparedOperations } from './executor/prepared.js'
import { Federation } from './supergraph/federation.js'

export interface PlanQuestion {
  query: string
  operationName?: string
  /** Undefined: no value of any variable is known, so that both branches of a condition are told. */
  variables?: Record<string, unknown>
  /** As whose, and what the products of the supergraph have granted. Default: as somebody who may read everything. */
  as?: { caller: Caller; policies: readonly ProductPolicy[] }
}

export interface PlannedOperation {
  plan?: PlanDescription
  /** What was taken out before planning. */
  denied: LostField[]
  /** What the answer may hold at most; undefined where that takes values of variables. */
  cost?: number
  /** Why the operation does not fit, in the words that the gateway would use to the same caller. */
  errors: string[]
}

/**
 * How a gateway would run an operation on this supergraph, by the very code that it runs it with. Asks no subgraph.
 * Throws where the supergraph itself is none.
 */
export async function planOperation(sdl: string, question: PlanQuestion): Promise<PlannedOperation> {
  const silent = { process: () => Promise.reject(new TypeError('Planning asks no subgraph')) }
  const federation = new Federation(sdl, () => silent)
  await federation.load()
  try {
    return await planOn(federation, question)
  } catch (error) {
    if (error instanceof GraphQLError) return { denied: [], errors: [String(error)] }
    throw error
  } finally {
    await federation.gateway.stop()
  }
}

async function planOn(federation: Federation, { query, operationName, variables, as }: PlanQuestion) {
  const supergraph = federation.current
  const { apiSchema } = supergraph
  const decided = as ? decidedBy(as) : NOTHING
  const schema = VisibleSchemas.of(supergraph).for(decided)
  const prepared = new PreparedOperations(as ? supergraph : { ...supergraph, rights: NO_RIGHTS }, {}, '')
  const requestOf = (document: DocumentNode, source: string) =>
    ({
      ...{ document, source, queryHash: hashOf(source), schema: apiSchema, context: {} },
      request: { query: source, ...(operationName === undefined ? {} : { operationName }) },
    }) as unknown as OperationRequest
  const prepare = (document: DocumentNode, source: string) =>
    prepared.of(requestOf(document, source), schema, as?.caller ?? ANYBODY, decided)

  const document = parse(query)
  const asked = prepare(document, query)
  if ('errors' in asked) return { denied: [], errors: asked.errors.map(String) }
  const { operation, filtered, source = query } = asked
  const unfit = unfitVariables(variables ?? {})
  const values = unfit ? { errors: [unfit] } : coercedVariables(schema, asked, variables ?? {})
  if (values.errors && variables) return { denied: [], errors: values.errors.map(String) }
  const known = variables || !operation.variableDefinitions?.length ? values.coerced : undefined
  const whole = known ? asked : prepare(unconditional(document), `# whatever its conditions say\n${query}`)
  return {
    plan: await planExecutor(of => federation.of(of)).describe(requestOf(filtered.document, source)),
    denied: 'errors' in whole ? [] : whole.filtered.deniedPlaces(known ?? {}).map(lostField),
    ...(known ? { cost: asked.cost(known).cost } : {}),
    errors: [],
  }
}

function decidedBy({ caller, policies }: NonNullable<PlanQuestion['as']>): Decided {
  const decisions = new Map(policies.map(policy => [policy.product, decide(policy, caller)]))
  return {
    decisions,
    policies: new Map(policies.map(policy => [policy.product, policy])),
    unreachable: new Set(),
    fingerprint: [...decisions.values()].map(({ fingerprint }) => fingerprint).join(' '),
  }
}

/** Of whom nothing is demanded. */
const ANYBODY: Caller = { subject: 'anybody', authenticated: true, roles: [], scopes: [] }
const NO_RIGHTS = { of: () => [] }
const NOTHING: Decided = { decisions: new Map(), policies: new Map(), unreachable: new Set(), fingerprint: '' }

/** Every selection is made, whatever its condition would say. */
function unconditional(document: DocumentNode): DocumentNode {
  return visit(document, {
    Directive: ({ name }) => (name.value === 'skip' || name.value === 'include' ? null : undefined),
  })
}
