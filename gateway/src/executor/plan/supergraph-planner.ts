import { defaultPrintOptions, operationFromDocument, printSchema, Supergraph } from '@apollo/federation-internals'
import { type QueryPlan, QueryPlanner } from '@apollo/query-planner'
import { assertValidSchema, buildASTSchema, parse } from 'graphql'
import { withoutEnforcedPurpose } from '../../supergraph/links.js'
import { inPlanningOrder } from './key-order.js'
import type { PlannerOptions, PlanQuestion } from './planner.js'
import { withRequiredFields } from './required-arguments.js'
import { RequirementChains } from './requirement-chains.js'
import { withoutSyntax } from './syntax.js'

/**
 * Of how many plans the planner takes the cheapest. Its default of 10,000 costs seconds now and then, and what it finds is
 * no better: see the record of plans.
 */
const MOST_PLANS_COMPARED = 500

/** Apollo's planner of one supergraph, in the thread that makes it. */
export class SupergraphPlanner {
  /** SDL of what clients may ask. */
  readonly apiSdl: string
  private readonly supergraph: Supergraph
  private planner?: QueryPlanner

  constructor({ sdl, validate }: PlannerOptions) {
    const { document, required } = withRequiredFields(
      inPlanningOrder(withoutEnforcedPurpose(parse(sdl, { noLocation: true }))),
    )
    if (validate) assertValidSchema(buildASTSchema(document))
    // Fields of the planner's own are none that Apollo's validation of its subgraphs would let pass.
    const unchained = new RequirementChains(document).unchained()
    this.supergraph = Supergraph.build(unchained, { validateSupergraph: false })
    withoutSyntax(this.supergraph.schema)
    this.apiSdl = printSchema(this.supergraph.apiSchema(), {
      ...defaultPrintOptions,
      mergeTypesAndExtensions: true,
      fieldFilter: ({ name }) => !required.has(name),
    })
  }

  /** Builds what the first plan would otherwise wait for. */
  warm(): QueryPlanner {
    this.planner ??= new QueryPlanner(this.supergraph, {
      reuseQueryFragments: false,
      debug: { maxEvaluatedPlans: MOST_PLANS_COMPARED },
    })
    return this.planner
  }

  plan({ document, operationName, overrides }: PlanQuestion): QueryPlan {
    // What chained fields take may be hidden from clients.
    const operation = operationFromDocument(this.supergraph.schema, parse(document, { noLocation: true }), {
      ...(operationName ? { operationName } : {}),
      validate: false,
    })
    return this.warm().buildQueryPlan(operation, { overrideConditions: new Map(overrides) })
  }
}
