import { type Operation, operationFromDocument, Supergraph } from '@apollo/federation-internals'
import { type QueryPlan, QueryPlanner } from '@apollo/query-planner'
import { type DocumentNode, GraphQLError, type GraphQLSchema, getOperationAST } from 'graphql'
import { BoundedMap } from '../../bounded-map.js'
import { withUsualJoinNames } from '../../supergraph/links.js'
import { WrittenData } from '../answer-data.js'
import type { OperationAnswer, OperationRequest, WholeQuestion } from '../executor.js'
import { atClientAliases, withAliasesApart, withClientAliases } from './aliases-apart.js'
import { describePlan } from './described/describe-plan.js'
import type { PlanDescription } from './described/description.js'
import { compileFetch, type Subgraphs } from './fetch.js'
import { withResolvableKeysFirst } from './key-order.js'
import { Losses } from './losses.js'
import { OverrideLabels } from './override-labels.js'
import type { Fields } from './place.js'
import { defaultsOf, Projections } from './projections.js'
import { withRequiredFields } from './required-arguments.js'
import { inOwnSubgraphs, type StageNames, withRequirementStages } from './requirement-stages.js'
import { Requirements } from './requirements.js'
import type { Run, Step } from './run.js'
import { compilePlan } from './steps.js'
import { Types } from './types.js'

/** A supergraph as the engine takes it. */
export interface PlannedSupergraph {
  document: DocumentNode
  /** What clients may ask. */
  apiSchema: GraphQLSchema
  sources: Subgraphs['sources']
}

/** Plans and projections of one supergraph; they go with it. */
const PLANS = 1000

/** Plans and runs the operations of one supergraph. */
export class Engine {
  private readonly planner: QueryPlanner
  private readonly planned = new BoundedMap<string, PlannedOperation>(PLANS)
  private readonly subgraphs: Subgraphs
  private readonly overrides: OverrideLabels
  private readonly stages: StageNames

  constructor(private readonly supergraph: PlannedSupergraph) {
    const { document, required } = withRequiredFields(withResolvableKeysFirst(withUsualJoinNames(supergraph.document)))
    const staged = withRequirementStages(document)
    this.stages = staged.stages
    const built = Supergraph.build(staged.document, { validateSupergraph: false })
    this.planner = new QueryPlanner(built, { reuseQueryFragments: false })
    this.overrides = new OverrideLabels(document)
    const schema = built.schema.toGraphQLJSSchema({ includeDefer: false })
    this.subgraphs = {
      sources: supergraph.sources,
      required,
      requirements: new Requirements(document),
      schema,
      types: new Types(schema),
    }
  }

  async run(request: OperationRequest, whole?: WholeQuestion): Promise<OperationAnswer> {
    const operation = this.prepare(request)
    const variables: Fields = request.request.variables ?? {}
    const fetched: Fields = { ...whole?.beside }
    const run: Run = { request, variables, fetched, errors: [], unknown: new Set() }
    await operation.step?.(run, [fetched], [])
    const told = operation.inClientWords(run)
    const losses = new Losses()
    const text = (whole?.projections ?? operation.projections).of(variables)(fetched, losses)
    const data = text === 'null' ? null : new WrittenData(text)
    const errors = [...told, ...losses.unexplained(fetched, told, run.unknown)]
    return errors.length > 0 ? { data, errors } : { data }
  }

  /** The plan that `run` runs for the same request, without running it. */
  describe(request: OperationRequest): PlanDescription {
    return this.prepare(request).describe()
  }

  private plan(operation: Operation, overridden: ReadonlyMap<string, boolean>): QueryPlan {
    try {
      const plan = this.planner.buildQueryPlan(operation, { overrideConditions: new Map(overridden) })
      return inOwnSubgraphs(plan, this.stages)
    } catch (error) {
      throw unplannable(error)
    }
  }

  private prepare({ request, document, queryHash }: OperationRequest): PlannedOperation {
    const overridden = this.overrides.draw()
    const key = [queryHash, request.operationName ?? '', ...overridden.values()].join(' ')
    const known = this.planned.get(key)
    if (known) return known
    const ast = getOperationAST(document, request.operationName)
    if (!ast) throw new GraphQLError('The document has no such operation.')
    const rootType = this.supergraph.apiSchema.getRootType(ast.operation)?.name ?? ''
    const apart = withAliasesApart(document, ast, rootType, this.subgraphs.requirements.taken)
    const plan = this.plan(
      operationFromDocument(this.planner.supergraph.apiSchema(), apart.document, {
        ...(request.operationName ? { operationName: request.operationName } : {}),
        validate: false,
      }),
      overridden,
    )
    const defaults = defaultsOf(ast)
    const step = plan.node && compilePlan(plan.node, node => compileFetch(node, this.subgraphs), defaults)
    const { aliases } = apart
    const planned: PlannedOperation = {
      step,
      projections: new Projections(this.supergraph.apiSchema, document, ast),
      describe: () => describePlan({ node: plan.node, document, operation: ast }, this.subgraphs),
      inClientWords: ({ fetched, errors }) => {
        if (aliases.size === 0) return errors
        withClientAliases(fetched, aliases)
        return errors.map(error => atClientAliases(error, aliases))
      },
    }
    this.planned.set(key, planned)
    return planned
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
