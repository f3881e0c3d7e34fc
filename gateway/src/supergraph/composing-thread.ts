import path from 'node:path'
import { Worker } from 'node:worker_threads'
import type { ComposeOptions, composeSupergraph, Subgraph } from '@terrane/schema/composition'
import { type Problem, problem } from '@terrane/schema/problems'
import { Deferred } from '../deferred.js'
import { YOUNG_MEGABYTES } from '../young-generation.js'

/** From the build, also where the sources run: threads load plain JavaScript. */
const THREAD = path.resolve(__dirname, '..', '..', 'dist', 'supergraph', 'composing-worker.js')

/** How long the thread is kept for the next composition: loading it takes longer than composing a few products. */
const IDLE_MILLISECONDS = 30_000
/** Longest that one may take. All that is published meanwhile waits; 300 subgraphs of 30 types take a sixth. */
const COMPOSE_MILLISECONDS = 180_000
/** Of the thread's heap; those 300 take half, checked for satisfiability. Apollo's gateway takes no more than that, after it. */
const MEMORY_MEGABYTES = 2048

type Composed = ReturnType<typeof composeSupergraph>

export interface Composer {
  /** @throws CompositionLost */
  compose(subgraphs: Subgraph[], options: ToCompose['options']): Promise<Composed>
  close(): void
}

/** Nothing is known of what was to be composed; nothing has changed. */
export class CompositionLost extends Error {
  readonly problem: Problem

  constructor(reason: string) {
    const lost = problem('COMPOSITION_LOST', { reason })
    super(lost.message)
    this.problem = lost
  }
}

/** What is composed, and how. */
export interface ToCompose {
  subgraphs: Subgraph[]
  options: ComposeOptions & {
    /** Whether Apollo's own gateway has to load what comes of it (see `portable.ts`). Default false. */
    portable?: boolean
  }
}

export interface ComposingThreadOptions {
  memoryMegabytes?: number
  composeMilliseconds?: number
}

/** Composes in a thread of its own, one supergraph after the other, while this one serves. */
export class ComposingThread implements Composer {
  private worker?: Worker
  private turn: Promise<unknown> = Promise.resolve()
  private waiting = 0
  private idle?: NodeJS.Timeout

  constructor(private readonly options: ComposingThreadOptions = {}) {}

  compose(subgraphs: Subgraph[], options: ToCompose['options']): Promise<Composed> {
    this.waiting++
    const composed = this.turn
      .then(() => this.ask({ subgraphs, options }))
      .finally(() => {
        this.waiting--
      })
    this.turn = composed.catch(() => undefined)
    return composed
  }

  /** Whether anybody waits for a composition. */
  get asked(): boolean {
    return this.waiting > 0
  }

  close(): void {
    clearTimeout(this.idle)
    void this.worker?.terminate()
    delete this.worker
  }

  private async ask(question: ToCompose): Promise<Composed> {
    clearTimeout(this.idle)
    const worker = this.started()
    worker.ref()
    const answer = new Deferred<Composed>()
    const failed = (error: Error) => answer.reject(new CompositionLost(error.message))
    const ended = (code: number) => answer.reject(new CompositionLost(`it ended with ${code}`))
    const milliseconds = this.options.composeMilliseconds ?? COMPOSE_MILLISECONDS
    const late = setTimeout(() => {
      answer.reject(new CompositionLost(`it took more than ${milliseconds / 1000} s`))
      this.close()
    }, milliseconds)
    worker.once('message', answer.resolve).once('error', failed).once('exit', ended)
    worker.postMessage(question)
    try {
      return await answer.promise
    } finally {
      clearTimeout(late)
      worker.off('message', answer.resolve).off('error', failed).off('exit', ended)
      this.idle = setTimeout(() => this.close(), IDLE_MILLISECONDS)
      this.idle.unref()
      worker.unref()
    }
  }

  private started(): Worker {
    if (this.worker) return this.worker
    const maxOldGenerationSizeMb = this.options.memoryMegabytes ?? MEMORY_MEGABYTES
    const worker = new Worker(THREAD, {
      resourceLimits: { maxOldGenerationSizeMb, maxYoungGenerationSizeMb: YOUNG_MEGABYTES },
    })
    // Whoever waits for it hears why; dying while nobody does is no fault of this process.
    const drop = () => {
      if (this.worker === worker) delete this.worker
    }
    worker.on('error', drop).once('exit', drop)
    this.worker = worker
    return worker
  }
}
