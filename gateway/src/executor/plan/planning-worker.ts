import { parentPort } from 'node:worker_threads'
import { GraphQLError } from 'graphql'
import type { PlannerOptions } from './planner.js'
import type { FromPlanning, ToPlan } from './planning-messages.js'
import { SupergraphPlanner } from './supergraph-planner.js'

/** A planning thread: holds the planner of one supergraph and answers questions to it (see `planning-thread.ts`). */

const tell = (message: FromPlanning) => parentPort?.postMessage(message)

function open(options: PlannerOptions): void {
  let planner: SupergraphPlanner
  try {
    planner = new SupergraphPlanner(options)
    tell({ kind: 'loaded', apiSdl: planner.apiSdl })
    planner.warm()
    // Half of what it was made with is garbage, which V8 would keep as long as there is room for more.
    globalThis.gc?.()
  } catch (error) {
    tell({ kind: 'refused', reason: (error as Error).message })
    parentPort?.close()
    return
  }
  parentPort?.on('message', ({ question }: ToPlan) => answer(planner, question))
  tell({ kind: 'ready' })
}

function answer(planner: SupergraphPlanner, question: ToPlan['question']): void {
  try {
    tell({ kind: 'planned', plan: JSON.stringify(planner.plan(question)) })
  } catch (error) {
    const { message } = error as Error
    const ofOperation = error instanceof GraphQLError
    tell({ kind: 'failed', message, ofOperation, extensions: ofOperation ? { ...error.extensions } : {} })
  }
}

parentPort?.once('message', open)
