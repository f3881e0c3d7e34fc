import cluster, { type Worker } from 'node:cluster'
import { setTimeout as sleep } from 'node:timers/promises'
import { Deferred } from '../deferred.js'
import type { Log } from '../log.js'
import { GatewayStartError } from '../start-error.js'
import { CommonFigures } from './common-figures.js'
import type { ToPrimary, ToWorker, WorkerOptions } from './messages.js'
import { handOnUnaccepted } from './unaccepted.js'

/** Between the end of a worker and the next one in its place; doubled with every one that did not live long. */
const FIRST_PAUSE_MILLISECONDS = 100
const LONGEST_PAUSE_MILLISECONDS = 30_000
const LONG_LIFE_MILLISECONDS = 60_000
/** That a worker has for what is under way where all of them are to end. */
const GRACE_MILLISECONDS = 5000
/** That one has in whose place another serves: downloads and uploads go on, however large they are. */
const LONG_GRACE_MILLISECONDS = 600_000
/** Beyond its grace, in which its clients are let go and it ends; then it is killed. */
const DRAIN_MILLISECONDS = 3000
/** A worker that does not serve by then never will: whoever waits for it would wait for ever. */
const START_MILLISECONDS = 300_000
/** A worker answers at once. One that was asked so many times in a row and has not is hung, and is killed. */
const BEAT_MILLISECONDS = 5000
const MOST_MISSED = 4

/** Where workers serve. */
export interface WorkerAddress {
  url: string
  /** Where metrics are told, if at an address of their own. */
  metricsUrl?: string
}

/** Those that were started in the place of others serve. */
interface Succession {
  predecessorsDrained: Promise<unknown>
}

/** Processes that serve the same: as many as there are to be, whoever dies, hangs or is renewed. */
export class WorkerPool {
  private readonly serving = new Set<Worker>()
  private readonly all = new Set<Worker>()
  private readonly draining = new WeakSet<Worker>()
  /** Of those that serve, how often in a row each was asked in vain whether it lives. */
  private readonly missed = new WeakMap<Worker, number>()
  private readonly figures = new CommonFigures()
  private pause = FIRST_PAUSE_MILLISECONDS
  private readonly closed = new AbortController()
  private succession?: Promise<Succession>
  private following?: Promise<Succession>
  private readonly heart = setInterval(() => this.beat(), BEAT_MILLISECONDS).unref()

  constructor(
    private readonly options: Promise<WorkerOptions>,
    private readonly count: number,
    private readonly log: Log,
    private readonly startMilliseconds = START_MILLISECONDS,
  ) {}

  async fill(): Promise<WorkerAddress> {
    // The first one tells what is wrong before all of them would.
    const address = await this.add().serves
    await Promise.all(Array.from({ length: this.count - 1 }, () => this.add().serves))
    return address
  }

  async renew(): Promise<void> {
    await (await this.successors()).predecessorsDrained
  }

  /**
   * All of them, started anew once this is called: those that are being started may have read already what has changed
   * since. `joins`: whoever asks takes these as well.
   */
  private successors({ joins = false } = {}): Promise<Succession> {
    if (this.following) return this.following
    if (!this.succession) return this.succeed()
    if (joins) return this.succession
    this.following = this.succession
      .catch(() => undefined)
      .then(() => {
        delete this.following
        return this.succeed()
      })
    return this.following
  }

  private succeed(): Promise<Succession> {
    this.succession = this.startSuccessors().finally(() => {
      delete this.succession
    })
    return this.succession
  }

  private async startSuccessors(): Promise<Succession> {
    if (this.closed.signal.aborted) return { predecessorsDrained: Promise.resolve() }
    // Also who is being started in the place of one that has died: what it reads may be from before.
    const before = this.staying()
    const leaving = [...this.all].filter(worker => this.draining.has(worker))
    const started = await Promise.allSettled(Array.from({ length: this.count }, () => this.add().serves))
    const failed = started.find(one => one.status === 'rejected')
    try {
      if (failed) {
        await this.drainAll(this.staying().filter(worker => !before.includes(worker)))
        throw failed.reason
      }
      // Those before the predecessors have had their time: each generation takes the memory of a whole mesh.
      void this.drainAll(leaving)
      return { predecessorsDrained: this.drainAll(before, LONG_GRACE_MILLISECONDS) }
    } finally {
      // Nobody was missed as long as there were twice as many.
      for (let missing = this.count - this.staying().length; missing > 0; missing--) void this.replace()
    }
  }

  async close(): Promise<void> {
    this.closed.abort()
    clearInterval(this.heart)
    await this.drainAll([...this.all])
  }

  private staying(): Worker[] {
    return [...this.all].filter(worker => !this.draining.has(worker))
  }

  /** `serves` resolves with the address once the worker does; from then on whatever ends it has it replaced. */
  private add(): { worker: Worker; serves: Promise<WorkerAddress> } {
    const worker = cluster.fork()
    handOnUnaccepted(worker.process, () => this.staying().some(one => one !== worker && this.serving.has(one)))
    const startedAt = Date.now()
    const started = new Deferred<WorkerAddress>()
    const killed = setTimeout(() => worker.process.kill('SIGKILL'), this.startMilliseconds).unref()
    this.all.add(worker)
    worker.on('message', (message: ToPrimary) => {
      // What it said last may be heard after its end, which has settled all.
      if (!this.all.has(worker)) return
      switch (message.terrane) {
        case 'waiting':
          void this.start(worker)
          break
        case 'serving':
          clearTimeout(killed)
          this.serving.add(worker)
          started.resolve({
            url: message.url,
            ...(message.metricsUrl === undefined ? {} : { metricsUrl: message.metricsUrl }),
          })
          break
        case 'failed':
          started.reject(
            message.problems.length > 0 ? new GatewayStartError(message.problems) : new Error(message.reason),
          )
          break
        case 'alive':
          this.missed.delete(worker)
          break
        case 'drained':
          // Comes back behind every connection that was handed to it: one that ended with it would never be answered.
          this.tell(worker, { terrane: 'end' })
          break
        case 'counted':
          this.figures.told(worker, message.figures)
          break
        case 'metrics':
          void this.answerMetrics(worker, message.id)
          break
        case 'renew':
          void this.renewFor(worker, message)
      }
    })
    worker.on('error', error => this.log({ level: 'warn', message: 'A worker cannot be told', reason: error.message }))
    worker.on('exit', (code, signal) => {
      clearTimeout(killed)
      this.all.delete(worker)
      this.figures.gone(worker)
      started.reject(new Error(`A worker ended before it served (${signal ?? code}).`))
      if (!this.serving.delete(worker) || this.closed.signal.aborted || this.draining.has(worker)) return
      const ended = { pid: worker.process.pid, code, signal }
      this.log({ level: 'error', message: 'A worker process ended and is replaced', ...ended })
      if (Date.now() - startedAt > LONG_LIFE_MILLISECONDS) this.pause = FIRST_PAUSE_MILLISECONDS
      void this.replace()
    })
    return { worker, serves: started.promise }
  }

  private async start(worker: Worker): Promise<void> {
    const options = await this.options.catch(() => undefined)
    // Else all are ended: there is nothing to be served.
    if (options) this.tell(worker, { terrane: 'start', options })
  }

  /** Connections that are handed to one that hangs are never answered. */
  private beat(): void {
    for (const worker of this.serving) {
      const missed = this.missed.get(worker) ?? 0
      this.missed.set(worker, missed + 1)
      if (missed < MOST_MISSED) this.tell(worker, { terrane: 'beat' })
      else {
        this.log({ level: 'error', message: 'A worker process hangs and is killed', pid: worker.process.pid })
        worker.process.kill('SIGKILL')
      }
    }
  }

  private async replace(): Promise<void> {
    const { signal } = this.closed
    while (!signal.aborted) {
      // Where the last one has died, nothing else holds this process until another takes its place.
      await sleep(this.pause, undefined, { signal }).catch(() => undefined)
      this.pause = Math.min(2 * this.pause, LONGEST_PAUSE_MILLISECONDS)
      // While all are renewed there is no place to be taken.
      if (signal.aborted || this.staying().length >= this.count) return
      const { worker, serves } = this.add()
      try {
        await serves
        return
      } catch (error) {
        if (!this.draining.has(worker))
          this.log({ level: 'error', message: 'A worker cannot start', reason: (error as Error).message })
      }
    }
  }

  private drainAll(workers: readonly Worker[], graceMilliseconds?: number): Promise<unknown> {
    return Promise.all(workers.map(worker => this.drain(worker, graceMilliseconds)))
  }

  /** Of one that drains already, the shorter time counts. */
  private async drain(worker: Worker, graceMilliseconds = GRACE_MILLISECONDS): Promise<void> {
    this.draining.add(worker)
    if (worker.isDead()) return
    // Not `events.once`, which fails of an error: one that dies cannot be told, and ends all the same.
    const ended = new Promise(resolve => worker.once('exit', resolve))
    const killed = setTimeout(() => worker.process.kill('SIGKILL'), graceMilliseconds + DRAIN_MILLISECONDS)
    // One that does not serve yet has nothing under way.
    if (this.serving.has(worker)) this.tell(worker, { terrane: 'drain', graceMilliseconds })
    else worker.process.kill('SIGKILL')
    await ended
    clearTimeout(killed)
  }

  private async answerMetrics(worker: Worker, id: number): Promise<void> {
    const text = await this.figures
      .text(this.serving, one => this.tell(one, { terrane: 'count' }))
      .catch((error: Error) => `# ${error.message}\n`)
    this.tell(worker, { terrane: 'metrics', id, text })
  }

  /** What a worker has noticed that is being replaced is known to its successor. */
  private async renewFor(worker: Worker, { id, joins }: Extract<ToPrimary, { terrane: 'renew' }>): Promise<void> {
    const reason =
      joins && this.draining.has(worker)
        ? undefined
        : await this.successors({ joins }).then(
            () => undefined,
            (error: Error) => error.message,
          )
    if (reason) this.log({ level: 'error', message: 'Workers cannot be started anew', reason })
    // Of a stack, which is for the log, what whoever asked for them is told.
    const [told] = reason?.split('\n', 1) ?? []
    this.tell(worker, { terrane: 'renewed', id, ...(told === undefined ? {} : { reason: told }) })
  }

  private tell(worker: Worker, message: ToWorker): void {
    if (worker.isConnected()) worker.send(message)
  }
}
