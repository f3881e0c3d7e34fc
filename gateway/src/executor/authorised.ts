import { allows } from '@terrane/schema/authorisation'
import { type OperationCost, tooCostly } from '@terrane/schema/graph/operation-cost'
import { type DocumentNode, executeSync, GraphQLError, type GraphQLSchema } from 'graphql'
import type { Decided, DecisionPoint } from '../authorisation/decision-point.js'
import { type DeniedPlace, deniedError } from '../authorisation/denied-places.js'
import { VisibleSchemas } from '../authorisation/visible-schemas.js'
import type { LoadedSupergraph } from '../supergraph/federation.js'
import { WrittenData } from './answer-data.js'
import type { AnswerCache } from './caching/answer-cache.js'
import type { FetchCache } from './caching/fetch-cache.js'
import type { PublicationsReceived } from './caching/publications-received.js'
import { Repeats } from './caching/repeats.js'
import { coercedVariables, unfitVariables } from './coerced-variables.js'
import type { OperationAnswer, OperationRequest, PromptExecutor } from './executor.js'
import type { ExplainRequest } from './explain/explain-request.js'
import { type Explanation, explanation } from './explain/explanation.js'
import { mayBeTold } from './explain/may-be-told.js'
import { rounded } from './numbers/rounded.js'
import { writeJson } from './numbers/write-json.js'
import type { Operation } from './operation.js'
import type { PlanExecutor } from './planned.js'
import { hashOf, type PreparedOperation, PreparedOperations } from './prepared.js'
import { withPublications } from './publication-pins.js'

export interface AuthorisedExecutorOptions {
  supergraph: () => LoadedSupergraph
  decisionPoint: DecisionPoint
  policies: Readonly<Record<string, readonly string[]>>
  /** Ceiling of one operation (`GatewayLimits.cost`). */
  costLimit: number
  /** Plans and runs what is left. */
  inner: PlanExecutor
  /** Names of the gateway's own subgraphs. */
  own: ReadonlySet<string>
  /** Without it nothing is answered again. */
  answers?: AnswerCache
  /** Beside them, what single fetches were answered. */
  fetches?: FetchCache
  received?: PublicationsReceived
}

/** A question that may be run, and what was found out about it. */
interface Asked {
  request: OperationRequest
  anew: number
  decided: Decided
  supergraph: LoadedSupergraph
  schema: GraphQLSchema
  prepared: PreparedOperation
  given: Record<string, unknown>
  /** Coerced. */
  variables: Record<string, unknown>
  cost: OperationCost
  /** What its answer may be kept under; undefined where nobody else may be given it. */
  key: string | undefined
  /** What is kept by now. */
  again: () => OperationAnswer | undefined
}

/** How often an operation begins anew for publications that went while it ran; then it is answered with their errors. */
const ANEW = 2

/** Supergraphs so far: tells the keys of one from those of another. */
let supergraphs = 0

/**
 * The gateway's half of the enforcement: one decision per operation, the question held against what its caller may know
 * of, what is denied taken out before planning, the rest answered, each loss with its error.
 */
export function authorisedExecutor(options: AuthorisedExecutorOptions): PromptExecutor {
  const memories = new WeakMap<LoadedSupergraph, PreparedOperations>()
  const memoryOf = (supergraph: LoadedSupergraph): PreparedOperations => {
    const known = memories.get(supergraph)
    if (known) return known
    // What only this process remembers needs no name that others would give it as well.
    const name = options.answers?.shares ? hashOf(supergraph.sdl) : String(++supergraphs)
    const memory = new PreparedOperations(supergraph, options.policies, name)
    memories.set(supergraph, memory)
    return memory
  }

  const attempt: (request: OperationRequest, anew?: number) => ReturnType<PromptExecutor> = (request, anew = ANEW) => {
    const { watch, explain, caller } = request.context as Operation
    if (explain instanceof GraphQLError) return { errors: [explain] }
    const decidedNow = watch?.phase('decide')
    const supergraph = options.supergraph()
    const deciding = options.decisionPoint.decide(caller)
    if (deciding instanceof Promise)
      return deciding.then(decided => {
        decidedNow?.()
        // Of a product that has come in since, nothing is decided: nothing of it would be hidden, and nothing granted.
        return options.supergraph() === supergraph ? answered(request, decided, anew) : attempt(request, anew)
      })
    decidedNow?.()
    return answered(request, deciding, anew)
  }

  const answered = (request: OperationRequest, decided: Decided, anew: number): ReturnType<PromptExecutor> => {
    const context = request.context as Operation
    const explain = context.explain as ExplainRequest | undefined
    // From here to the planner nothing waits, so that what is enforced and what is planned are of one supergraph.
    const supergraph = options.supergraph()
    const memory = memoryOf(supergraph)
    const schema = VisibleSchemas.of(supergraph).for(decided)
    const prepared = memory.of(request, schema, context.caller, decided)
    if ('errors' in prepared) return { errors: prepared.errors }

    const { operation } = prepared
    const given = request.request.variables ?? {}
    const unfit = unfitVariables(given)
    if (unfit) return { errors: [unfit] }
    const { answers } = options
    const key =
      answers && operation.operation === 'query' && !explain ? `${prepared.key} ${writeJson(given)}` : undefined
    const again = () => {
      const kept = key === undefined ? undefined : answers!.get(key, context.caller.subject)
      if (!kept) return undefined
      context.kept = kept
      context.pins.take(kept.publications)
      return kept.answer
    }
    // Variables of an answer that is kept are right, and it costs what it may: else there would be none under this key.
    const before = again()
    if (before) return before

    const variables = coercedVariables(schema, prepared, given)
    if (variables.errors) return { errors: variables.errors.map(badInput) }
    const cost = prepared.cost(variables.coerced)
    const costly = tooCostly(cost, options.costLimit)
    if (costly) return { errors: [costly] }
    const asked: Asked = {
      request,
      anew,
      decided,
      supergraph,
      schema,
      prepared,
      given,
      variables: variables.coerced,
      cost,
      key,
      again,
    }
    return run(asked)
  }

  /** Nothing is kept: takes out what is denied and has the rest planned and run. */
  const run = async (asked: Asked): Promise<OperationAnswer> => {
    const { request, anew, decided, supergraph, schema, prepared, given, variables, cost, key, again } = asked
    const { answers } = options
    const { operation, filtered, projections } = prepared
    const context = request.context as Operation
    const explain = context.explain as ExplainRequest | undefined
    const places = filtered.deniedPlaces(variables)
    const denied = deniedKeys(places, supergraph, decided)
    const planned = {
      ...request,
      // What is enforced is what is planned, also where the supergraph was swapped since Apollo Server took the request.
      schema: supergraph.apiSchema,
      document: filtered.document,
      queryHash: prepared.queryHash,
      ...(prepared.source === undefined ? {} : { source: prepared.source }),
      context: {
        ...context,
        decisions: decided.decisions,
        denied: new Map(denied),
        // What is kept of a publication that has just gone would lead to it again, until the news of it is here.
        ...(key === undefined ? {} : { repeats: new Repeats(), fetches: anew === ANEW ? options.fetches : undefined }),
      } satisfies Operation,
    }
    if (explain?.has('dry-run')) {
      const told = await explained(planned, schema, decided, cost, places)
      return { data: null, extensions: { terrane: { explain: told } } }
    }
    const { data: beside = {}, errors: misled } = filtered.introspection
      ? introspect(schema, filtered.introspection, rounded(given))
      : NO_INTROSPECTION
    if (misled) return { errors: misled.map(badInput) }
    const whole = (answer: OperationAnswer) =>
      places.length === 0
        ? answer
        : { ...answer, errors: [...(answer.errors ?? []), ...deniedErrors(places, answer.data)] }
    const elsewhere = async (key: string) => {
      const { subject } = context.caller
      const kept = await answers!.elsewhere(key, { subject, denied, whole: data => whole({ data }) })
      if (!kept) return undefined
      context.kept = kept
      context.pins.take(kept.publications)
      prepared.repeatable = answers!.holds(key)
      return kept.answer
    }
    const execute = async () => {
      if (key !== undefined && answers?.shares && prepared.repeatable !== false) {
        const found = await elsewhere(key)
        if (found) return found
      }
      const since = options.received?.now ?? 0
      const answer = await options.inner(planned, projections && { projections, beside })
      const complete = whole(answer)
      const { repeats, pins } = planned.context
      options.received?.received(pins.all(), repeats?.ids, since)
      if (key === undefined || !repeats) return complete
      const kept = answer.errors?.length ? undefined : answers!.keep(key, complete, { pins, repeats, denied, since })
      if (kept) context.kept = kept
      prepared.repeatable = answers!.holds(key)
      return kept?.answer ?? complete
    }
    // Others wait only for what may be theirs as well: what was, the last time it was asked.
    const complete =
      key !== undefined && prepared.repeatable
        ? await answers!.once(key, context.signal, again, execute)
        : await execute()
    if (operation.operation === 'query' && options.supergraph() !== supergraph) {
      delete context.kept
      // Another product may stand in the place of one that it has read.
      context.pins.forget()
      return attempt(request, anew)
    }
    if (operation.operation === 'query' && context.pins.isBroken && anew > 0) {
      delete context.kept
      context.pins.forget()
      return attempt(request, anew - 1)
    }
    if (!explain) return complete
    const told = await explained(planned, schema, decided, cost, places)
    return { ...complete, extensions: { ...complete.extensions, terrane: { explain: told } } }
  }
  /** Of what is left of the question, to whom it may be told. */
  const explained = async (
    left: OperationRequest,
    schema: GraphQLSchema,
    { decisions }: Decided,
    { cost }: OperationCost,
    denied: readonly DeniedPlace[],
  ): Promise<Explanation> => {
    const { caller, explain, timings } = left.context as Operation
    const asked = explain as ExplainRequest
    const plan = asked.has('plan') || asked.has('timings') ? await options.inner.describe(left) : undefined
    const told = plan && mayBeTold(plan, { caller, decisions, schema, own: options.own }) ? plan : undefined
    return explanation(asked, { cost: { operation: cost, limit: options.costLimit }, plan: told, timings, denied })
  }

  return request => {
    const context = request.context as Operation
    const told = (answer: OperationAnswer) => toldOf(answer, context)
    const answering = attempt(request)
    return answering instanceof Promise ? answering.then(told) : told(answering)
  }
}

/** With the publications that it was made of, which one that is kept has already. */
const toldOf = (answer: OperationAnswer, { kept, pins }: Operation) =>
  answer === kept?.answer || pins.size === 0 ? answer : withPublications(answer, pins.all())

/** As Apollo Server calls a variable whose value does not fit. */
const badInput = ({ message, nodes, originalError, extensions }: GraphQLError) =>
  new GraphQLError(message, { nodes, originalError, extensions: { code: 'BAD_USER_INPUT', ...extensions } })

/** Where in a list an error stands only the answer tells; it is read for that, and only for that. */
function deniedErrors(places: DeniedPlace[], data: OperationAnswer['data']): GraphQLError[] {
  const inLists = places.some(({ path }) => path.includes('@'))
  const read = inLists && data instanceof WrittenData ? data.toJSON() : data
  return places.map(place => deniedError(place, read))
}

const NOTHING_DENIED: ReadonlyMap<string, string[]> = new Map()

/** What the denied places took and the caller lacks, by the product whose grant it is. */
function deniedKeys(
  places: DeniedPlace[],
  { rights }: LoadedSupergraph,
  { decisions }: Decided,
): ReadonlyMap<string, string[]> {
  if (places.length === 0) return NOTHING_DENIED
  const keys = new Map<string, Set<string>>()
  for (const { coordinate } of places) {
    const [type = '', field = ''] = coordinate.split('.')
    const policies = rights.of(type, field).flatMap(one => (one.kind === 'policies' ? one.anyOf.flat() : []))
    for (const policy of policies) {
      const product = policy.split('/')[0]!
      const decision = decisions.get(product)
      if (!decision || allows(decision, policy)) continue
      keys.set(product, (keys.get(product) ?? new Set()).add(policy))
    }
  }
  return new Map([...keys].map(([product, of]) => [product, [...of]]))
}

const NO_INTROSPECTION: ReturnType<typeof introspect> = {}

/** Errors where a condition is null, which a variable that may be null lets pass. */
function introspect(
  schema: GraphQLSchema,
  document: DocumentNode,
  variableValues: Record<string, unknown>,
): { data?: Record<string, unknown>; errors?: readonly GraphQLError[] } {
  const { data, errors } = executeSync({ schema, document, variableValues, rootValue: {} })
  return errors ? { errors } : { data: data ?? {} }
}
