import { setPriority } from 'node:os'
import { parentPort } from 'node:worker_threads'
import { composeSupergraph } from '@terrane/schema/composition'
import type { ToCompose } from './composing-thread.js'
import { composePortable } from './portable.js'

/** Composes what it is sent, and answers with what came of it (see `composing-thread.ts`). */

/** Who asks comes before who publishes. On Linux a thread has a priority of its own; elsewhere it is the whole process's. */
const NICE = 5
if (process.platform === 'linux') setPriority(NICE)

parentPort?.on('message', async ({ subgraphs, options: { portable, ...options } }: ToCompose) => {
  const compose = portable ? composePortable : composeSupergraph
  parentPort?.postMessage(await compose(subgraphs, options))
})
