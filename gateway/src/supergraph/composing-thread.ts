import path from 'node:path'
import { Worker } from 'node:worker_threads'
import type { ComposeOptions, composeSupergraph, Subgraph } from '@terrane/schema/composition'
import { Deferred } from '../deferred.js'

/** From the build, also where the sources run: threads load plain JavaScript. */
const THREAD = path.resolve(__dirname, '..', '..', 'dist', 'supergraph', 'composing-worker.js')

/** How long the thread is kept for the next composition: loading it takes longer than composing a few products. */
const IDLE_MILLISECONDS = 30_000

type Composed = ReturnType<typeof composeSupergraph>

export interface Composer {
  compose(subgraphs: Subgraph[], options: ComposeOptions): Promise<Composed>
  close(): void
}

/** What is composed, and how. */
export interface ToCompose {
  subgraphs: Subgraph[]
  options: ComposeOptions
}

/** Composes in a thread of its own, one supergraph after the other, while this one serves. */
export class ComposingThread implements Composer {
  private worker?: Worker
  private turn: Promise<unknown> = Promise.resolve()
  private idle?: NodeJS.Timeout

  compose(subgraphs: Subgraph[], options: ComposeOptions): Promise<Composed> {
    const composed = this.turn.then(() => this.ask({ subgraphs, options }))
    this.turn = composed.catch(() => undefined)
    return composed
  }

  close(): void {
    clearTimeout(this.idle)
    void this.worker?.terminate()
    delete this.worker
  }

  private async ask(question: ToCompose): Promise<Composed> {
    clearTimeout(this.idle)
    this.worker ??= new Worker(THREAD)
    const { worker } = this
    worker.ref()
    const answer = new Deferred<Composed>()
    const lost = (cause: unknown) => {
      if (this.worker === worker) delete this.worker
      const reason = cause instanceof Error ? cause.message : `it ended with ${String(cause)}`
      answer.reject(new Error(`The composing thread was lost: ${reason}`))
    }
    worker.once('message', answer.resolve).once('error', lost).once('exit', lost)
    worker.postMessage(question)
    try {
      return await answer.promise
    } finally {
      worker.off('message', answer.resolve).off('error', lost).off('exit', lost)
      this.idle = setTimeout(() => this.close(), IDLE_MILLISECONDS)
      this.idle.unref()
      worker.unref()
    }
  }
}
