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
import { withUsualJoinNames } from '../../supergraph/links.js'
import type { OperationAnswer, OperationRequest } from '../executor.js'
import {
  type AliasesApart,
  atClientAliases,
  type Selected,
  selectedIn,
  withAliasesApart,
  withClientAliases,
} from './aliases-apart.js'
import { compileFetch, type Subgraphs } from './fetch.js'
import { withResolvableKeysFirst } from './key-order.js'
import { Losses } from './losses.js'
import { OverrideLabels } from './override-labels.js'
import type { Fields } from './place.js'
import { compileProjection } from './projection.js'
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
/** Projections of one operation: as many as its `@skip` and `@include` have been used differently. */
const PROJECTIONS = 16

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

  async run(request: OperationRequest): Promise<OperationAnswer> {
    const operation = this.prepare(request)
    const variables: Fields = request.request.variables ?? {}
    const fetched: Fields = {}
    const run: Run = { request, variables, fetched, errors: [], unknown: new Set() }
    await operation.step?.(run, [fetched], [])
    const told = operation.inClientWords(run)
    const losses = new Losses()
    const data = operation.projection(variables)(fetched, losses)
    const errors = [...told, ...losses.unexplained(fetched, told, run.unknown)]
    return errors.length > 0 ? { data, errors } : { data }
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
    const planned = new PlannedOperation(this.supergraph.apiSchema, document, ast, defaults, step, apart)
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

class PlannedOperation {
  private readonly projections = new BoundedMap<string, ReturnType<typeof compileProjection>>(PROJECTIONS)
  private readonly conditions: string[]
  private readonly aliases: AliasesApart
  private readonly selected: Selected | undefined

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly document: DocumentNode,
    private readonly operation: OperationDefinitionNode,
    private readonly defaults: Fields,
    /** Undefined where there is nothing to fetch. */
    readonly step: Step | undefined,
    apart: { document: DocumentNode; aliases: AliasesApart },
  ) {
    this.conditions = conditionsOf(document)
    this.aliases = apart.aliases
    const planned = apart.aliases.size > 0 && getOperationAST(apart.document, operation.name?.value)
    this.selected = planned ? selectedIn(apart.document, planned.selectionSet) : undefined
  }

  /** What was fetched is put under the client's names; the errors so far are told with them. */
  inClientWords({ fetched, errors }: Run): readonly GraphQLError[] {
    if (!this.selected) return errors
    withClientAliases(fetched, this.aliases, this.selected)
    return errors.map(error => atClientAliases(error, this.aliases))
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
