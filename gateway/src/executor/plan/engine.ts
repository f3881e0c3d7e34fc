import { type Operation, operationFromDocument, Supergraph } from '@apollo/federation-internals'
import { type QueryPlan, QueryPlanner } from '@apollo/query-planner'
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  valueFromASTUntyped,
  visit,
} from 'graphql'
import { BoundedMap } from '../../bounded-map.js'
import type { OperationAnswer, OperationRequest } from '../executor.js'
import type { Operation as ClientOperation } from '../operation.js'
import { describePlan } from './described/describe-plan.js'
import type { PlanDescription } from './described/description.js'
import { compileFetch, type Subgraphs } from './fetch.js'
import { withResolvableKeysFirst } from './key-order.js'
import { Losses } from './losses.js'
import { OverrideLabels } from './override-labels.js'
import type { Fields } from './place.js'
import { compileProjection } from './projection.js'
import { withRequiredFields } from './required-arguments.js'
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
/** Projections of one operation: as many as its `@skip` and `@include` have been used differently. */
const PROJECTIONS = 16

/** Plans and runs the operations of one supergraph. */
export class Engine {
  private readonly planner: QueryPlanner
  private readonly planned = new BoundedMap<string, PlannedOperation>(PLANS)
  private readonly subgraphs: Subgraphs
  private readonly overrides: OverrideLabels

  constructor(private readonly supergraph: PlannedSupergraph) {
    const { document, required } = withRequiredFields(withResolvableKeysFirst(supergraph.document))
    const built = Supergraph.build(document, { validateSupergraph: false })
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

  async run(request: OperationRequest): Promise<OperationAnswer> {
    const { watch } = request.context as Partial<ClientOperation>
    const operation = this.prepare(request)
    const variables: Fields = request.request.variables ?? {}
    const fetched: Fields = {}
    const run: Run = { request, variables, fetched, errors: [], unknown: new Set() }
    await operation.step?.(run, [fetched], [])
    const losses = new Losses()
    const projected = watch?.phase('project')
    const data = operation.projection(variables)(fetched, losses)
    projected?.()
    const errors = [...run.errors, ...losses.unexplained(fetched, run.errors, run.unknown)]
    return errors.length > 0 ? { data, errors } : { data }
  }

  /** The plan that `run` runs for the same request, without running it. */
  async describe(request: OperationRequest): Promise<PlanDescription> {
    return this.prepare(request).describe(this.subgraphs)
  }

  private plan(operation: Operation, overridden: ReadonlyMap<string, boolean>): QueryPlan {
    try {
      return this.planner.buildQueryPlan(operation, { overrideConditions: new Map(overridden) })
    } catch (error) {
      throw unplannable(error)
    }
  }

  private prepare({ request, document, queryHash, context }: OperationRequest): PlannedOperation {
    const overridden = this.overrides.draw()
    const key = [queryHash, request.operationName ?? '', ...overridden.values()].join(' ')
    const known = this.planned.get(key)
    if (known) return known
    const made = (context as Partial<ClientOperation>).watch?.phase('plan')
    const ast = getOperationAST(document, request.operationName)
    if (!ast) throw new GraphQLError('The document has no such operation.')
    const plan = this.plan(
      operationFromDocument(this.planner.supergraph.apiSchema(), document, {
        ...(request.operationName ? { operationName: request.operationName } : {}),
        validate: false,
      }),
      overridden,
    )
    const defaults = defaultsOf(ast)
    const step = plan.node && compilePlan(plan.node, node => compileFetch(node, this.subgraphs), defaults)
    const planned = new PlannedOperation(this.supergraph.apiSchema, document, ast, defaults, step, plan.node)
    this.planned.set(key, planned)
    made?.()
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

class PlannedOperation {
  private readonly projections = new BoundedMap<string, ReturnType<typeof compileProjection>>(PROJECTIONS)
  private readonly conditions: string[]

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly document: DocumentNode,
    private readonly operation: OperationDefinitionNode,
    private readonly defaults: Fields,
    /** Undefined where there is nothing to fetch. */
    readonly step: Step | undefined,
    /** What the step was compiled of. */
    private readonly node: QueryPlan['node'],
  ) {
    this.conditions = conditionsOf(document)
  }

  describe(subgraphs: Subgraphs): PlanDescription {
    const { node, document, operation } = this
    return describePlan({ node, document, operation }, subgraphs)
  }

  projection(variables: Fields): ReturnType<typeof compileProjection> {
    const conditions: Fields = Object.create(null)
    let key = ''
    for (const name of this.conditions) {
      const holds = Object.hasOwn(variables, name) ? variables[name] : this.defaults[name]
      conditions[name] = holds
      key += holds ? '1' : '0'
    }
    const known = this.projections.get(key)
    if (known) return known
    const projection = compileProjection(this.schema, this.document, this.operation, conditions)
    this.projections.set(key, projection)
    return projection
  }
}

/** Variables that decide about `@skip` and `@include`. */
function conditionsOf(document: DocumentNode): string[] {
  const names = new Set<string>()
  visit(document, {
    Directive: ({ name, arguments: given }) => {
      if (name.value !== 'skip' && name.value !== 'include') return
      for (const { value } of given ?? []) if (value.kind === Kind.VARIABLE) names.add(value.name.value)
    },
  })
  return [...names]
}

function defaultsOf({ variableDefinitions = [] }: OperationDefinitionNode): Fields {
  const defaults: Fields = Object.create(null)
  for (const { variable, defaultValue } of variableDefinitions)
    if (defaultValue) defaults[variable.name.value] = valueFromASTUntyped(defaultValue)
  return defaults
}
