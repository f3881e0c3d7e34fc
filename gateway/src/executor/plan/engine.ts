import type { PlanNode, QueryPlan, SubscriptionNode } from '@apollo/query-planner'
import type { Steps } from '@terrane/schema'
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLObjectType,
  type GraphQLSchema,
  getOperationAST,
  type OperationDefinitionNode,
  print,
} from 'graphql'
import { buildInSteps } from '../../supergraph/schema-in-steps.js'
import { WrittenData } from '../answer-data.js'
import type { OperationAnswer, OperationRequest, WholeQuestion } from '../executor.js'
import type { Operation } from '../operation.js'
import type { StopSignal } from '../stop.js'
import { atClientAliases, type Selected, selectedIn, withAliasesApart, withClientAliases } from './aliases-apart.js'
import { AskedPlaces } from './asked-places.js'
import { describePlan } from './described/describe-plan.js'
import type { PlanDescription } from './described/description.js'
import { withTypesOfEmptyObjects } from './empty-selections.js'
import { compileFetch, type Subgraphs } from './fetch.js'
import { fieldsOf, inOtherWords, SubgraphErrors } from './fetch-errors.js'
import { inPlanningOrder } from './key-order.js'
import { KnownPlaces } from './known-places.js'
import { withFieldsLate } from './late-fields.js'
import { withNumbersApart } from './literal-numbers.js'
import { Losses } from './losses.js'
import { OverrideLabels } from './override-labels.js'
import type { Fields } from './place.js'
import { BYTES_PER_ENTRY, bytesOfDocument, bytesOfPlan, type PlanMemory, type PlanMemoryOf } from './plan-memory.js'
import type { Planner, PlanQuestion } from './planner.js'
import type { AnswerProjection } from './projection.js'
import { defaultsOf, Projections } from './projections.js'
import { withRequiredFields } from './required-arguments.js'
import { RequirementChains } from './requirement-chains.js'
import { Requirements } from './requirements.js'
import { RootConditions, withRootFieldsCollected } from './root-mutations.js'
import { inRounds } from './rounds.js'
import type { Run, Step } from './run.js'
import { compilePlan, inSequence } from './steps.js'
import { Types } from './types.js'
import { withVariablesApart } from './variable-names.js'

/** A supergraph as the engine takes it. */
export interface PlannedSupergraph {
  /** What clients may ask. */
  apiSchema: GraphQLSchema
  sources: Subgraphs['sources']
  planner: Planner
  /** Where plans and projections are kept. */
  memory: PlanMemory
}

/** Plans and runs the operations of one supergraph. */
export class Engine {
  private readonly operations: PlanMemoryOf<PlannedOperation>
  /** Of mutations: by what values there is a plan of its own. */
  private readonly rootConditions: PlanMemoryOf<RootConditions>
  private readonly projections: PlanMemoryOf<AnswerProjection>
  private readonly places: KnownPlaces

  private constructor(
    private readonly supergraph: PlannedSupergraph,
    private readonly subgraphs: Subgraphs,
    private readonly chains: RequirementChains,
    private readonly overrides: OverrideLabels,
  ) {
    const { memory } = supergraph
    this.operations = memory.of('plans')
    this.rootConditions = memory.of('root-conditions')
    this.projections = memory.of('projections')
    this.places = new KnownPlaces(supergraph.apiSchema)
  }

  static *of(whole: DocumentNode, supergraph: PlannedSupergraph): Steps<Engine> {
    const inOrder = inPlanningOrder(whole)
    yield
    const { document, required } = withRequiredFields(inOrder)
    yield
    const overrides = new OverrideLabels(document)
    yield
    const schema = yield* buildInSteps(document)
    yield
    const chains = new RequirementChains(document)
    yield
    const requirements = new Requirements(document, chains)
    yield
    const subgraphs = { sources: supergraph.sources, required, requirements, schema, types: new Types(schema) }
    return new Engine(supergraph, subgraphs, chains, overrides)
  }

  async run(request: OperationRequest, whole?: WholeQuestion): Promise<OperationAnswer> {
    const { watch } = request.context as Partial<Operation>
    const found = this.planned(request)
    const operation = found instanceof Promise ? await found : found
    const variables: Fields = request.request.variables ?? {}
    const fetched: Fields = { ...whole?.beside }
    const run: Run = {
      request,
      variables: operation.given(variables),
      fetched,
      errors: new SubgraphErrors(),
      plain: true,
      unknown: new Set(),
    }
    await operation.step(run, [fetched], [])
    const told = operation.ofAskedPlaces(run, operation.inClientWords(run))
    const projected = watch?.phase('project')
    const losses = new Losses()
    const text = (whole?.projections ?? operation.projections).of(variables, run.plain)(fetched, losses)
    projected?.()
    const data = text === 'null' ? null : new WrittenData(text)
    const errors = [...operation.atKnownPlaces(told), ...losses.unexplained(fetched, told, run.unknown)]
    return errors.length > 0 ? { data, errors } : { data }
  }

  /** The plan that `run` runs for the same request, without running it. */
  async describe(request: OperationRequest): Promise<PlanDescription> {
    return (await this.planned(request)).describe()
  }

  private planned(request: OperationRequest): PlannedOperation | Promise<PlannedOperation> {
    const overridden = this.overrides.draw()
    const { queryHash } = request
    const { operationName = '' } = request.request
    const named = operationName === '' ? queryHash : `${queryHash} ${operationName}`
    const key = overridden.size === 0 ? named : [queryHash, operationName, ...overridden.values()].join(' ')
    return this.operations.get(key) ?? this.find(request, key, overridden)
  }

  /** What is not known, or known by more than its text. */
  private find(
    request: OperationRequest,
    key: string,
    overrides: PlanQuestion['overrides'],
  ): PlannedOperation | Promise<PlannedOperation> {
    const { document } = request
    const operation = getOperationAST(document, request.request.operationName)
    if (!operation) throw new GraphQLError('The document has no such operation.')
    const rootType = this.supergraph.apiSchema.getRootType(operation.operation) ?? undefined
    const asked = { operation, rootType, overrides }
    if (operation.operation !== 'mutation') return this.prepare(request, { ...asked, key, collected: document })
    const conditions = this.rootConditionsOf(key, document, operation)
    const { values, valuesKey } = conditions.of(request.request.variables ?? {})
    // Digits, with which no name begins: the values of one are not taken for the name of another.
    const whole = conditions.any ? `${key} ${valuesKey}` : key
    const known = this.operations.get(whole)
    if (known) return known
    const collected = withRootFieldsCollected(document, operation, values, typeName => this.covers(typeName, rootType))
    return this.prepare(request, { ...asked, key: whole, collected })
  }

  private rootConditionsOf(key: string, document: DocumentNode, operation: OperationDefinitionNode): RootConditions {
    const known = this.rootConditions.get(key)
    if (known) return known
    const conditions = new RootConditions(document, operation)
    this.rootConditions.set(key, conditions, BYTES_PER_ENTRY)
    return conditions
  }

  private covers(typeName: string, rootType: GraphQLObjectType | undefined): boolean {
    return this.subgraphs.types.covers(typeName, rootType?.name)
  }

  private async prepare(
    { request, document, context }: OperationRequest,
    { key, operation, rootType, collected, overrides }: Asked,
  ): Promise<PlannedOperation> {
    const { signal, watch } = context as Partial<Operation>
    const made = watch?.phase('plan')
    const { operationName } = request
    const numbers = withNumbersApart(this.supergraph.apiSchema, collected, operation)
    const { document: whole, given } = withVariablesApart(withTypesOfEmptyObjects(numbers.document), operation)
    const root = getOperationAST(whole, operationName)!
    const apart = withAliasesApart(whole, root, rootType?.name ?? '', this.subgraphs.requirements.taken)
    const nothing = root.selectionSet.selections.length === 0
    const question = () => ({
      document: print(this.chains.withAllTaken(apart.document)),
      overrides,
      ...(operationName ? { operationName } : {}),
    })
    const plan = nothing ? undefined : (await this.plan(question(), signal)).node
    made?.()
    // Of all who waited for the same plan the first makes it ready.
    const known = this.operations.get(key)
    if (known) return known
    const parts = plan ? withFieldsLate(plan, this.subgraphs.requirements, this.subgraphs.schema) : []
    const compile = (one: PlanNode | SubscriptionNode) =>
      compilePlan(one, fetch => compileFetch(fetch, this.subgraphs), defaultsOf(root))
    const step = inSequence(parts.map(({ node, late }) => inRounds(compile(node), late.map(compile))))
    const { aliases } = apart
    const selected =
      aliases.size > 0
        ? selectedIn(apart.document, getOperationAST(apart.document, operationName)!.selectionSet)
        : undefined
    let asked: Selected | undefined
    const planned: PlannedOperation = {
      step,
      given: variables => given(numbers.given(variables)),
      projections: new Projections(this.supergraph.apiSchema, document, operation, this.projections),
      describe: () => describePlan({ parts, document, operation, aliases }, this.subgraphs),
      inClientWords: run => {
        const { fetched } = run
        const errors = run.errors.all()
        if (!selected) return errors
        withClientAliases(fetched, aliases, selected)
        return errors.map(error => inOtherWords(error, atClientAliases(error, aliases)))
      },
      ofAskedPlaces: ({ request, fetched }, errors) => {
        if (errors.length === 0) return errors
        asked ??= selectedIn(document, operation.selectionSet)
        const { apiSchema } = this.supergraph
        const conditions = Object.assign(Object.create(null), defaultsOf(operation), request.request.variables)
        const { taken } = this.subgraphs.requirements
        const places = new AskedPlaces(apiSchema, document, operation, conditions, fetched, asked, taken)
        return errors.filter(error => !places.isOfAnother(error, fieldsOf(error)))
      },
      atKnownPlaces: errors => {
        if (errors.length === 0) return errors
        asked ??= selectedIn(document, operation.selectionSet)
        return errors.map(error => this.places.at(error, asked!))
      },
    }
    this.operations.set(key, planned, BYTES_PER_ENTRY + bytesOfDocument(document) + bytesOfPlan(parts))
    return planned
  }

  private async plan(question: PlanQuestion, signal?: StopSignal): Promise<QueryPlan> {
    try {
      return await this.supergraph.planner.plan(question, signal)
    } catch (error) {
      signal?.throwIfAborted()
      throw unplannable(error)
    }
  }
}

/** The planner's own words are for whoever wrote the supergraph; they name what a client may not know of. */
function unplannable(cause: unknown): GraphQLError {
  if (cause instanceof GraphQLError) return cause
  return new GraphQLError('No subgraphs can be asked for all of this.', {
    originalError: cause as Error,
    extensions: { code: 'OPERATION_UNPLANNABLE' },
  })
}

/** An operation to make ready. */
interface Asked {
  /** Under which it is remembered. */
  key: string
  operation: OperationDefinitionNode
  rootType: GraphQLObjectType | undefined
  /** The document as the planner is asked. */
  collected: DocumentNode
  overrides: PlanQuestion['overrides']
}

interface PlannedOperation {
  step: Step
  /** The client's variables, under the names that they have in the plan. */
  given: (variables: Fields) => Fields
  projections: Projections
  describe: () => PlanDescription
  /** What was fetched is put under the client's names; the errors so far are told with them. */
  inClientWords: (run: Run) => readonly GraphQLError[]
  /** Without errors of what was fetched of an object though only another was asked for it. */
  ofAskedPlaces: (run: Run, errors: readonly GraphQLError[]) => readonly GraphQLError[]
  /** Errors, none at a place whose name the client may not know. */
  atKnownPlaces: (errors: readonly GraphQLError[]) => readonly GraphQLError[]
}
