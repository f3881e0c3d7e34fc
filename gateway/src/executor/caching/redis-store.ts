import type { createClient } from '@redis/client'
import type { Log } from '../../log.js'

type Client = ReturnType<typeof createClient>

/** What a look-up may take: who has not answered by then has nothing. */
const PATIENCE_MILLISECONDS = 30
/** From so many late look-ups in a row on it is left aside until it answers in time again. */
const LATE_IN_A_ROW = 3
const PROBE_MILLISECONDS = 1000
/** A connection that is silent for so long is given up for another. */
const SILENCE_MILLISECONDS = 10_000
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
  private probe?: NodeJS.Timeout
  private closed = false

  private constructor(
    private readonly connect: () => Client,
    private readonly isReply: (error: unknown) => boolean,
    private readonly log: Log,
  ) {}

  /** Comes back at once: whether it is there is seen later. `url`: `redis://user:password@host:6379/0`, or `rediss://`. */
  static async open(url: string, log: Log): Promise<RedisStore> {
    const redis = await import('@redis/client')
    const connect = () =>
      redis.createClient({
        url,
        // Understood by every server.
        RESP: 2,
        disableClientInfo: true,
        disableOfflineQueue: true,
        socket: {
          connectTimeout: 2000,
          reconnectStrategy: retries => Math.min(100 * 2 ** retries, LONGEST_PAUSE_MILLISECONDS),
        },
      }) as unknown as Client
    const store = new RedisStore(connect, error => error instanceof redis.ErrorReply, log)
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
    const found = await inTime(answer)
    if (found !== TOO_LATE) {
      this.late = 0
      return found as string | typeof NOT_ANSWERED
    }
    if (++this.late >= LATE_IN_A_ROW && this.state === 'up') {
      this.becomes('late', `nothing within ${PATIENCE_MILLISECONDS} ms`)
      this.look()
    }
    return NOT_ANSWERED
  }

  /** Writes behind the caller's back, if there is room under way. */
  set(name: string, text: string, seconds: number): void {
    if (!this.answers || this.writing + text.length > MOST_WRITING) return
    if (this.refusesUntil !== undefined && performance.now() < this.refusesUntil) return
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
    clearTimeout(this.probe)
    this.drop()
  }

  private get answers(): boolean {
    return this.state === 'up' && this.client?.isReady === true
  }

  private begin(): void {
    const client = this.connect()
    this.client = client
    const ofThis = (act: () => void) => () => {
      if (this.client === client && !this.closed) act()
    }
    client.on(
      'ready',
      ofThis(() => this.becomes('up')),
    )
    client.on('error', (error: Error) => ofThis(() => this.becomes('away', reasonOf(error)))())
    client.unref()
    client.connect().catch(() => undefined)
  }

  private drop(): void {
    const { client } = this
    delete this.client
    // Throws where it is closed already.
    if (client?.isOpen) client.destroy()
  }

  /** Until it answers in time again. */
  private look(): void {
    this.probe = setTimeout(() => void this.lookOnce(), PROBE_MILLISECONDS).unref()
  }

  private async lookOnce(): Promise<void> {
    const { client } = this
    if (this.state !== 'late' || !client) return
    const asked = performance.now()
    const silent = setTimeout(() => {
      if (this.client !== client || this.closed) return
      this.drop()
      this.becomes('away', `silent for ${SILENCE_MILLISECONDS} ms`)
      this.begin()
    }, SILENCE_MILLISECONDS).unref()
    await client.ping().catch(() => undefined)
    clearTimeout(silent)
    if (this.state !== 'late' || this.client !== client) return
    if (performance.now() - asked <= PATIENCE_MILLISECONDS) this.becomes('up')
    else this.look()
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
    this.refusesUntil = performance.now() + REFUSED_MILLISECONDS
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
function inTime<Value>(answer: Promise<Value>): Promise<Value | typeof TOO_LATE> {
  return new Promise(resolve => {
    const timer = setTimeout(() => setImmediate(() => resolve(TOO_LATE)), PATIENCE_MILLISECONDS)
    answer.then(value => {
      clearTimeout(timer)
      resolve(value)
    })
  })
}

/** Of several addresses that were tried the error has a list and no words. */
const reasonOf = ({ message, ...error }: Error & { code?: unknown }) => message || String(error.code)
