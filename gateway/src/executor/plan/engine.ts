import type { QueryPlan } from '@apollo/query-planner'
import { buildASTSchema, type DocumentNode, GraphQLError, type GraphQLSchema, getOperationAST, print } from 'graphql'
import { BoundedMap } from '../../bounded-map.js'
import { WrittenData } from '../answer-data.js'
import type { OperationAnswer, OperationRequest, WholeQuestion } from '../executor.js'
import type { Operation } from '../operation.js'
import { atClientAliases, withAliasesApart, withClientAliases } from './aliases-apart.js'
import { describePlan } from './described/describe-plan.js'
import type { PlanDescription } from './described/description.js'
import { compileFetch, type Subgraphs } from './fetch.js'
import { Losses } from './losses.js'
import { OverrideLabels } from './override-labels.js'
import type { Fields } from './place.js'
import type { Planner, PlanQuestion } from './planner.js'
import { defaultsOf, Projections } from './projections.js'
import { Requirements } from './requirements.js'
import type { Run, Step } from './run.js'
import { compilePlan } from './steps.js'
import { planningDocument } from './supergraph-planner.js'
import { Types } from './types.js'

/** A supergraph as the engine takes it. */
export interface PlannedSupergraph {
  document: DocumentNode
  /** What clients may ask. */
  apiSchema: GraphQLSchema
  sources: Subgraphs['sources']
  planner: Planner
}

/** Plans and projections of one supergraph; they go with it. */
const PLANS = 1000

/** Plans and runs the operations of one supergraph. */
export class Engine {
  private readonly operations = new BoundedMap<string, PlannedOperation>(PLANS)
  private readonly subgraphs: Subgraphs
  private readonly overrides: OverrideLabels

  constructor(private readonly supergraph: PlannedSupergraph) {
    const { document, required } = planningDocument(supergraph.document)
    this.overrides = new OverrideLabels(document)
    const schema = buildASTSchema(document, { assumeValid: true, assumeValidSDL: true })
    this.subgraphs = {
      sources: supergraph.sources,
      required,
      requirements: new Requirements(document),
      schema,
      types: new Types(schema),
    }
  }

  async run(request: OperationRequest, whole?: WholeQuestion): Promise<OperationAnswer> {
    const { watch } = request.context as Partial<Operation>
    const found = this.planned(request)
    const operation = found instanceof Promise ? await found : found
    const variables: Fields = request.request.variables ?? {}
    const fetched: Fields = { ...whole?.beside }
    const run: Run = { request, variables, fetched, errors: [], unknown: new Set() }
    await operation.step?.(run, [fetched], [])
    const told = operation.inClientWords(run)
    const projected = watch?.phase('project')
    const losses = new Losses()
    const text = (whole?.projections ?? operation.projections).of(variables)(fetched, losses)
    projected?.()
    const data = text === 'null' ? null : new WrittenData(text)
    const errors = [...told, ...losses.unexplained(fetched, told, run.unknown)]
    return errors.length > 0 ? { data, errors } : { data }
  }

  /** The plan that `run` runs for the same request, without running it. */
  async describe(request: OperationRequest): Promise<PlanDescription> {
    return (await this.planned(request)).describe()
  }

  private planned(request: OperationRequest): PlannedOperation | Promise<PlannedOperation> {
    const overridden = this.overrides.draw()
    const key = [request.queryHash, request.request.operationName ?? '', ...overridden.values()].join(' ')
    return this.operations.get(key) ?? this.prepare(request, key, overridden)
  }

  private async prepare(
    { request, document, context }: OperationRequest,
    key: string,
    overrides: ReadonlyMap<string, boolean>,
  ): Promise<PlannedOperation> {
    const { signal, watch } = context as Partial<Operation>
    const made = watch?.phase('plan')
    const ast = getOperationAST(document, request.operationName)
    if (!ast) throw new GraphQLError('The document has no such operation.')
    const rootType = this.supergraph.apiSchema.getRootType(ast.operation)?.name ?? ''
    const apart = withAliasesApart(document, ast, rootType, this.subgraphs.requirements.taken)
    const { operationName } = request
    const question = { document: print(apart.document), overrides, ...(operationName ? { operationName } : {}) }
    const plan = await this.plan(question, signal)
    made?.()
    // Of all who waited for the same plan the first makes it ready.
    const known = this.operations.get(key)
    if (known) return known
    const defaults = defaultsOf(ast)
    const step = plan.node && compilePlan(plan.node, node => compileFetch(node, this.subgraphs), defaults)
    const { aliases } = apart
    const planned: PlannedOperation = {
      step,
      projections: new Projections(this.supergraph.apiSchema, document, ast),
      describe: () => describePlan({ node: plan.node, document, operation: ast, aliases }, this.subgraphs),
      inClientWords: ({ fetched, errors }) => {
        if (aliases.size === 0) return errors
        withClientAliases(fetched, aliases)
        return errors.map(error => atClientAliases(error, aliases))
      },
    }
    this.operations.set(key, planned)
    return planned
  }

  private async plan(question: PlanQuestion, signal?: AbortSignal): Promise<QueryPlan> {
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

interface PlannedOperation {
  /** Undefined where there is nothing to fetch. */
  step: Step | undefined
  projections: Projections
  describe: () => PlanDescription
  /** What was fetched is put under the client's names; the errors so far are told with them. */
  inClientWords: (run: Run) => readonly GraphQLError[]
}
