import type { createClient } from '@redis/client'
import { monotonicNow } from '../../clock.js'
import type { Log } from '../../log.js'

type Client = ReturnType<typeof createClient>

/** From so many late look-ups in a row on it is left aside until it answers in time again. */
const LATE_IN_A_ROW = 3
const PROBE_MILLISECONDS = 1000
/** A connection that is silent for so long, from its beginning on, is given up for another. */
const SILENCE_MILLISECONDS = 10_000
/** Between two connections; doubled with every one that brought nothing. */
const FIRST_PAUSE_MILLISECONDS = 100
const LONGEST_PAUSE_MILLISECONDS = 5000
/** Characters under way to it at once; what comes on top is not written. */
const MOST_WRITING = 16 * 1024 * 1024

/** Where a write was refused, for lack of room or of rights, the next is tried after so long. */
const REFUSED_MILLISECONDS = 10_000

/** Why there is no answer: it was late or away. */
export const NOT_ANSWERED = Symbol('not answered')

/**
 * Texts in Redis, as long as it answers at once. It may be away, slow or full: whoever asks is told within a few tens of
 * milliseconds that there is nothing, and the log once per change.
 */
export class RedisStore {
  private client?: Client
  private state: 'up' | 'away' | 'late' | undefined
  private late = 0
  private writing = 0
  private refusesUntil?: number
  private toldOfRefusedReads = false
  private pause = FIRST_PAUSE_MILLISECONDS
  /** What comes next: another look, or another connection. */
  private next?: NodeJS.Timeout
  /** Until the connection is silent for too long. */
  private silence?: NodeJS.Timeout
  private closed = false

  private constructor(
    private readonly connect: () => Client,
    private readonly isReply: (error: unknown) => boolean,
    private readonly log: Log,
    private readonly patienceMilliseconds: number,
  ) {}

  /**
   * Comes back at once: whether it is there is seen later. `url`: `redis://user:password@host:6379/0`, or `rediss://`.
   * `patienceMilliseconds`: what a look-up may take; who has not answered by then has nothing.
   */
  static async open(url: string, log: Log, patienceMilliseconds: number): Promise<RedisStore> {
    const redis = await import('@redis/client')
    const connect = () =>
      redis.createClient({
        url,
        // Understood by every server.
        RESP: 2,
        disableClientInfo: true,
        disableOfflineQueue: true,
        // It goes on with a connection whose answers it could not read, on which every one after them is somebody else's.
        socket: { connectTimeout: 2000, reconnectStrategy: false },
      }) as unknown as Client
    const store = new RedisStore(connect, error => error instanceof redis.ErrorReply, log, patienceMilliseconds)
    store.begin()
    return store
  }

  /** At most so many characters of what stands under that name; empty where nothing does. */
  async get(name: string, characters: number): Promise<string | typeof NOT_ANSWERED> {
    if (!this.answers) return NOT_ANSWERED
    const answer = this.client!.getRange(name, 0, characters - 1).catch((error: Error) => {
      if (this.isReply(error)) this.tellOfRefusedReads(error.message)
      return NOT_ANSWERED
    })
    const found: unknown = await inTime(answer, this.patienceMilliseconds)
    if (found !== TOO_LATE) {
      this.late = 0
      // What is no Redis may answer anything.
      if (typeof found !== 'string') return NOT_ANSWERED
      this.pause = FIRST_PAUSE_MILLISECONDS
      return found
    }
    if (++this.late >= LATE_IN_A_ROW && this.state === 'up') {
      this.becomes('late', `nothing within ${this.patienceMilliseconds} ms`)
      this.look()
    }
    return NOT_ANSWERED
  }

  /** Writes behind the caller's back, if there is room under way. */
  set(name: string, text: string, seconds: number): void {
    if (!this.answers || this.writing + text.length > MOST_WRITING) return
    if (this.refusesUntil !== undefined && monotonicNow() < this.refusesUntil) return
    this.writing += text.length
    const written = this.client!.set(name, text, { expiration: { type: 'EX', value: seconds } })
    written
      .then(
        () => this.takesAgain(),
        // That it is away is told by its connection.
        (error: Error) => this.isReply(error) && this.takesNothing(error.message),
      )
      .finally(() => {
        this.writing -= text.length
      })
  }

  close(): void {
    this.closed = true
    this.drop()
  }

  private get answers(): boolean {
    return this.state === 'up' && this.client?.isReady === true
  }

  private begin(): void {
    const client = this.connect()
    this.client = client
    client.on('ready', () => void this.lookOnce())
    client.on('error', (error: Error) => this.giveUp(client, reasonOf(error)))
    this.awaitSilence(client)
    client.unref()
    client.connect().catch(() => undefined)
  }

  /** Another connection is tried after a pause. */
  private giveUp(client: Client, reason: string): void {
    if (this.client !== client || this.closed) return
    this.drop()
    this.becomes('away', reason)
    this.next = setTimeout(() => this.begin(), this.pause).unref()
    this.pause = Math.min(2 * this.pause, LONGEST_PAUSE_MILLISECONDS)
  }

  private drop(): void {
    const { client } = this
    delete this.client
    clearTimeout(this.next)
    clearTimeout(this.silence)
    // Once it has told of its error all whom it concerns.
    setImmediate(() => client?.destroy())
  }

  private awaitSilence(client: Client): void {
    clearTimeout(this.silence)
    const silent = () => this.giveUp(client, `silent for ${SILENCE_MILLISECONDS} ms`)
    this.silence = setTimeout(silent, SILENCE_MILLISECONDS).unref()
  }

  /** Until it answers in time again. */
  private look(): void {
    this.next = setTimeout(() => void this.lookOnce(), PROBE_MILLISECONDS).unref()
  }

  /** Also of a new connection: where a proxy or a stopped process takes it, nobody may answer. */
  private async lookOnce(): Promise<void> {
    const { client } = this
    if (!client) return
    this.awaitSilence(client)
    const pong = client.ping().then(
      () => true,
      error => this.isReply(error),
    )
    const prompt = await inTime(pong, this.patienceMilliseconds)
    const answered = await pong
    if (this.client !== client || this.closed || !answered) return
    clearTimeout(this.silence)
    if (prompt !== TOO_LATE) this.becomes('up')
    else {
      this.becomes('late', `nothing within ${this.patienceMilliseconds} ms`)
      this.look()
    }
  }

  private becomes(state: 'up' | 'away' | 'late', reason?: string): void {
    if (state === this.state) return
    this.state = state
    this.late = 0
    if (state === 'up') this.log({ level: 'info', message: 'The shared cache answers' })
    else this.log({ level: 'warn', message: MESSAGES[state], reason })
  }

  private takesNothing(reason: string): void {
    const known = this.refusesUntil !== undefined
    this.refusesUntil = monotonicNow() + REFUSED_MILLISECONDS
    if (!known) this.log({ level: 'warn', message: 'The shared cache takes nothing more', reason })
  }

  private takesAgain(): void {
    if (this.refusesUntil === undefined) return
    delete this.refusesUntil
    this.log({ level: 'info', message: 'The shared cache takes answers again' })
  }

  private tellOfRefusedReads(reason: string): void {
    if (this.toldOfRefusedReads) return
    this.toldOfRefusedReads = true
    this.log({ level: 'warn', message: 'The shared cache refuses to be read', reason })
  }
}

const MESSAGES = {
  away: 'The shared cache cannot be reached, and is done without',
  late: 'The shared cache is too slow, and is done without',
}

const TOO_LATE = Symbol('too late')

/** What has come by the time that this process looks counts as in time: it may have been busy itself. */
function inTime<Value>(answer: Promise<Value>, milliseconds: number): Promise<Value | typeof TOO_LATE> {
  return new Promise(resolve => {
    const timer = setTimeout(() => setImmediate(() => resolve(TOO_LATE)), milliseconds)
    answer.then(value => {
      clearTimeout(timer)
      resolve(value)
    })
  })
}

/** Of several addresses that were tried the error has a list and no words. */
const reasonOf = ({ message, ...error }: Error & { code?: unknown }) => message || String(error.code)
