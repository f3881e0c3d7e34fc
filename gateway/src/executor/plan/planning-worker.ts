import { parentPort, workerData } from 'node:worker_threads'
import { GraphQLError } from 'graphql'
import type { PlannerOptions } from './planner.js'
import type { FromPlanning, ToPlan } from './planning-messages.js'
import { SupergraphPlanner } from './supergraph-planner.js'

/** A planning thread: holds the planner of one supergraph and answers questions to it (see `planning-thread.ts`). */

const tell = (message: FromPlanning) => parentPort?.postMessage(message)

function open(): SupergraphPlanner | undefined {
  try {
    const planner = new SupergraphPlanner(workerData as PlannerOptions)
    tell({ kind: 'loaded', apiSdl: planner.apiSdl })
    planner.warm()
    // Half of what it was made with is garbage, which V8 would keep as long as there is room for more.
    globalThis.gc?.()
    return planner
  } catch (error) {
    tell({ kind: 'refused', reason: (error as Error).message })
    return undefined
  }
}

const planner = open()
if (planner) {
  parentPort?.on('message', ({ question }: ToPlan) => {
    try {
      tell({ kind: 'planned', plan: JSON.stringify(planner.plan(question)) })
    } catch (error) {
      const { message } = error as Error
      const ofOperation = error instanceof GraphQLError
      tell({ kind: 'failed', message, ofOperation, extensions: ofOperation ? { ...error.extensions } : {} })
    }
  })
  tell({ kind: 'ready' })
}
