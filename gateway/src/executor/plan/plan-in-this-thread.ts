import type { Planner, PlannerOptions } from './planner.js'
import type { SupergraphPlanner } from './supergraph-planner.js'

/** Plans where it is asked, which holds up everything else there: for tests and tools. A gateway never loads the planner. */
export function planInThisThread(options: PlannerOptions): Planner {
  let planner: Promise<SupergraphPlanner> | undefined
  const opened = () => {
    planner ??= import('./supergraph-planner.js').then(({ SupergraphPlanner }) => new SupergraphPlanner(options))
    return planner
  }
  return {
    load: async () => (await opened()).apiSdl,
    ready: async () => void (await opened()).warm(),
    plan: async question => (await opened()).plan(question),
    retire: () => undefined,
  }
}
