import type { Worker } from 'node:worker_threads'
import type { QueryPlan } from '@apollo/query-planner'
import { GraphQLError } from 'graphql'
import { BoundedMap } from '../../bounded-map.js'
import { Deferred } from '../../deferred.js'
import type { Log } from '../../log.js'
import type { StopSignal } from '../stop.js'
import type { Planner, PlannerOptions, PlanQuestion } from './planner.js'
import type { FromPlanning, ToPlan } from './planning-messages.js'
import { takeThread } from './spare-thread.js'

/** Longest that one operation may be planned; then its thread is ended, so that the others can go on. */
const PLAN_MILLISECONDS = 10_000
/** Characters of operations of which that is known, so that asking again costs nothing; and for how long. */
const HOPELESS_CHARACTERS = 4_000_000
const HOPELESS_MILLISECONDS = 60_000
/** How often a question is asked over which the thread died. */
const ATTEMPTS = 2

export interface PlanningThreadOptions extends PlannerOptions {
  log: Log
  planMilliseconds?: number
  memoryMegabytes?: number
}

interface Job {
  key: string
  question: PlanQuestion
  /** Those who wait and have not left. */
  wanted: number
  attempts: number
  plan: Deferred<QueryPlan>
}

/** A thread that runs, and how far it is. */
class Thread {
  readonly loaded = new Deferred<string>()
  readonly ready = new Deferred<void>()

  constructor(readonly worker: Worker) {}

  /** Nothing will come of it. */
  refuse(error: Error): void {
    this.loaded.reject(error)
    this.ready.reject(error)
  }
}

/**
 * Plans in a thread of the supergraph's own, so that planning holds up nothing but other planning, and replacing a
 * supergraph gives back all of its planner's memory. Questions are asked one at a time: which one kills the thread, or
 * takes too long, is known, and the others are not its victims.
 */
export class PlanningThread implements Planner {
  private thread?: Thread
  /** In the order of asking, by what is asked: the same question is planned once. */
  private readonly waiting = new Map<string, Job>()
  private running?: Job
  private timer?: NodeJS.Timeout
  private retired = false
  private readonly hopeless = new BoundedMap<string, { error: GraphQLError; until: number }>(HOPELESS_CHARACTERS)

  constructor(private readonly options: PlanningThreadOptions) {}

  load(): Promise<string> {
    return this.started().loaded.promise
  }

  ready(): Promise<void> {
    return this.started().ready.promise
  }

  async plan(question: PlanQuestion, signal?: StopSignal): Promise<QueryPlan> {
    const key = JSON.stringify([question.document, question.operationName, [...question.overrides]])
    const known = this.hopeless.get(key)
    if (known && known.until > Date.now()) throw known.error
    signal?.throwIfAborted()
    const under = this.running?.key === key ? this.running : this.waiting.get(key)
    const job = under ?? { key, question, wanted: 0, attempts: 0, plan: new Deferred<QueryPlan>() }
    if (!under) this.waiting.set(key, job)
    job.wanted++
    const leave = () => {
      job.wanted--
    }
    signal?.addEventListener('abort', leave)
    this.next()
    try {
      return await job.plan.promise
    } finally {
      signal?.removeEventListener('abort', leave)
    }
  }

  retire(): void {
    this.retired = true
    this.next()
  }

  private next(): void {
    if (this.running) return
    for (const job of this.waiting.values()) {
      this.waiting.delete(job.key)
      if (job.wanted > 0) {
        void this.ask(job)
        return
      }
      job.plan.reject(new Error('Nobody waits for this plan any more.'))
    }
    if (this.retired) this.end()
  }

  private async ask(job: Job): Promise<void> {
    this.running = job
    const thread = this.started()
    try {
      await thread.ready.promise
    } catch {
      return this.settle(job, () => job.plan.reject(unavailable()))
    }
    job.attempts++
    this.timer = setTimeout(() => this.giveUp(job), this.options.planMilliseconds ?? PLAN_MILLISECONDS)
    thread.worker.postMessage({ question: job.question } satisfies ToPlan)
  }

  private settle(job: Job, how: () => void): void {
    if (this.running !== job) return
    clearTimeout(this.timer)
    delete this.running
    how()
    this.next()
  }

  private giveUp(job: Job): void {
    this.end()
    this.refuse(job, 'it takes too long')
  }

  /** For a while the same question is not asked again. */
  private refuse(job: Job, reason: string): void {
    const error = new GraphQLError(`This operation cannot be planned: ${reason}. Ask for less at once.`, {
      extensions: { code: 'OPERATION_UNPLANNABLE', http: { status: 400 } },
    })
    this.options.log({ level: 'error', message: 'An operation was given up by the planner', reason })
    this.hopeless.set(job.key, { error, until: Date.now() + HOPELESS_MILLISECONDS }, job.key.length)
    this.settle(job, () => job.plan.reject(error))
  }

  private end(): void {
    void this.thread?.worker.terminate()
    delete this.thread
  }

  private started(): Thread {
    if (this.thread) return this.thread
    const { worker, said } = takeThread(this.options, this.options.memoryMegabytes)
    const thread = new Thread(worker)
    worker.on('message', message => this.hear(thread, message as FromPlanning))
    let cause: Error | undefined
    worker.on('error', error => {
      cause = error
    })
    worker.on('exit', () => this.lose(thread, cause))
    this.thread = thread
    for (const message of said) this.hear(thread, message)
    return thread
  }

  private hear(thread: Thread, message: FromPlanning): void {
    const job = this.running
    switch (message.kind) {
      case 'loaded':
        thread.loaded.resolve(message.apiSdl)
        break
      case 'ready':
        thread.ready.resolve()
        break
      case 'refused':
        thread.refuse(new Error(message.reason))
        break
      case 'planned':
        if (job && this.thread === thread) this.settle(job, () => job.plan.resolve(JSON.parse(message.plan)))
        break
      case 'failed':
        if (job && this.thread === thread) this.settle(job, () => job.plan.reject(failure(message)))
    }
  }

  private lose(thread: Thread, cause: Error | undefined): void {
    const lost = new Error(`The planning thread ended: ${cause?.message ?? 'nobody knows why'}`)
    thread.refuse(lost)
    if (this.thread !== thread) return
    delete this.thread
    this.options.log({ level: 'error', message: lost.message })
    const job = this.running
    if (!job || job.attempts === 0) return
    clearTimeout(this.timer)
    if (job.attempts < ATTEMPTS) void this.ask(job)
    else this.refuse(job, 'the planner fails over it')
  }
}

function failure({ message, extensions, ofOperation }: Extract<FromPlanning, { kind: 'failed' }>): Error {
  return ofOperation ? new GraphQLError(message, { extensions }) : new Error(message)
}

/** Why is in the log: the thread has died before it could be asked anything. */
function unavailable(): GraphQLError {
  return new GraphQLError('Operations cannot be planned at the moment. Ask again.', {
    extensions: { code: 'PLANNING_UNAVAILABLE', http: { status: 503 } },
  })
}
