import { parentPort } from 'node:worker_threads'
import { composeSupergraph } from '@terrane/schema/composition'
import type { ToCompose } from './composing-thread.js'

/** Composes what it is sent, and answers with what came of it (see `composing-thread.ts`). */

parentPort?.on('message', ({ subgraphs, options }: ToCompose) => {
  parentPort?.postMessage(composeSupergraph(subgraphs, options))
})
