import type { GraphQLDataSource, GraphQLDataSourceProcessOptions } from '@apollo/gateway'
import { Pool } from 'undici'
import { BoundedMap } from '../bounded-map.js'
import { type TraceHeaders, withTrace } from '../telemetry/trace-headers.js'
import { type Exchange, exchange, type HttpAnswer } from './http-exchange.js'
import { readJson } from './numbers/read-json.js'
import { writeJson } from './numbers/write-json.js'
import type { Operation } from './operation.js'
import { noteIfPlain } from './plain-answer.js'
import type { PublicationPins } from './publication-pins.js'
import { SharedExchanges } from './shared-exchanges.js'
import type { StopSignal } from './stop.js'
import { Breaker, type BreakerState } from './transport/breaker.js'
import { ACCEPTED_ENCODINGS } from './transport/decode.js'
import { withRetries } from './transport/retry.js'
import { RetryBudget } from './transport/retry-budget.js'
import { DEFAULT_TRANSPORT, type SubgraphTransport } from './transport/subgraph-transport.js'
import { withBreaker } from './transport/with-breaker.js'

type Answer = Awaited<ReturnType<GraphQLDataSource['process']>>

export type OnBreakerChange = (subgraph: string, state: BreakerState, detail: Record<string, number>) => void

/** Of the texts that questions begin with, and of what they begin with. */
const BEGUN_CHARACTERS = 4_000_000
const JSON_BOTH_WAYS = ['content-type', 'application/json', 'accept', 'application/json']

/** Sends a subgraph its operations over HTTP: one pool of kept sockets, bounded in time, size and attempts. */
export class HttpDataSource implements GraphQLDataSource {
  private readonly pool: Pool
  private readonly path: string
  private readonly fixedHeaders: readonly string[]
  private readonly exchange: Exchange
  private readonly breaker: Breaker | undefined
  private readonly anybodys = new SharedExchanges<HttpAnswer>()
  /** By what belongs to one operation and to no other. */
  private readonly ofOperations = new WeakMap<PublicationPins, SharedExchanges<HttpAnswer>>()
  /** By a question's text, the JSON that it begins with. */
  private readonly begun = new BoundedMap<string, string>(BEGUN_CHARACTERS)
  private underway = 0
  private idle?: () => void

  /** `url`: the GraphQL endpoint, `http://127.0.0.1:4001/graphql`. */
  constructor(
    private readonly subgraph: string,
    url: string,
    options: Partial<SubgraphTransport> = {},
    onBreakerChange?: OnBreakerChange,
  ) {
    const transport = { ...DEFAULT_TRANSPORT, ...options }
    const { origin, pathname, search } = new URL(url)
    this.path = pathname + search
    this.fixedHeaders = transport.compression
      ? [...JSON_BOTH_WAYS, 'accept-encoding', ACCEPTED_ENCODINGS]
      : JSON_BOTH_WAYS
    this.pool = new Pool(origin, {
      connections: transport.connections,
      connect: { timeout: transport.connectMilliseconds },
      headersTimeout: transport.headersMilliseconds,
      bodyTimeout: transport.bodyMilliseconds,
    })
    this.breaker =
      transport.breakerShare > 0
        ? new Breaker({
            subgraph,
            share: transport.breakerShare,
            onChange: (state, detail) => onBreakerChange?.(subgraph, state, detail),
          })
        : undefined
    this.exchange = this.layered(transport)
  }

  /** Undefined where the subgraph is asked whatever happens. */
  get breakerState(): BreakerState | undefined {
    return this.breaker?.state
  }

  async process(options: GraphQLDataSourceProcessOptions): Promise<Answer> {
    const { query = '', variables, operationName, http } = options.request
    const body = this.bodyOf(query, { variables, operationName })
    const context = options.context as Partial<Operation>
    const { signal: whole, fetchSignal: signal = whole, fetch: watch, traceHeaders } = context
    const given = http ? [...http.headers] : undefined
    const idempotent = query.startsWith('query') || query.startsWith('{')
    // Which trace it is part of does not tell who asks: what is shared goes on in the trace of the first who asked.
    const along = watch?.headers ?? traceHeaders
    const headers = this.headersWith(given, along)
    const { path } = this
    const ask = (until: StopSignal | undefined) =>
      this.exchange({ path, headers, body, idempotent, watch, signal: until })
    const shared = idempotent ? this.sharedBy(context, given) : undefined
    const key = given ? `${JSON.stringify(given)} ${body}` : body
    this.underway++
    try {
      const { status, text } = await (shared ? shared.ask(key, signal, ask) : ask(signal))
      return readAnswer(this.subgraph, status, text)
    } finally {
      if (--this.underway === 0) this.idle?.()
    }
  }

  /** Ours are ours, whatever is given. */
  private headersWith(given: [string, string][] | undefined, along: TraceHeaders | undefined): readonly string[] {
    const own = along ? withTrace(this.fixedHeaders, along) : this.fixedHeaders
    return given ? own.concat(given.flatMap(one => (own.includes(one[0]) ? [] : one))) : own
  }

  /**
   * Without a header of the gateway's nobody is named, so that the answer is anybody's. With one it is the caller's, and
   * goes to nobody but the operation that asks: what other operations may be given of it `FetchCache` knows, and tells the
   * product.
   */
  private sharedBy(
    { pins }: Partial<Operation>,
    given: readonly unknown[] | undefined,
  ): SharedExchanges<HttpAnswer> | undefined {
    if (!given) return this.anybodys
    if (!pins) return undefined
    const known = this.ofOperations.get(pins) ?? new SharedExchanges<HttpAnswer>()
    this.ofOperations.set(pins, known)
    return known
  }

  /** `{ query, ...rest }` as JSON: plans ask the same few texts again and again, with other variables. */
  private bodyOf(query: string, rest: Pick<GraphQLDataSourceProcessOptions['request'], 'variables' | 'operationName'>) {
    let begun = this.begun.get(query)
    if (begun === undefined) {
      begun = `{"query":${JSON.stringify(query)}`
      this.begun.set(query, begun, query.length + begun.length)
    }
    const ended = writeJson(rest)
    return ended === '{}' ? `${begun}}` : `${begun},${ended.slice(1)}`
  }

  /** What is under way ends first, attempts that are still to come included. */
  async close(): Promise<void> {
    if (this.underway > 0)
      await new Promise<void>(resolve => {
        this.idle = resolve
      })
    await this.pool.close()
  }

  /** Every attempt passes the breaker, so that none follows once it has opened. */
  private layered(transport: SubgraphTransport): Exchange {
    const { answerBytes, headersMilliseconds, retries, retryShare } = transport
    const once: Exchange = question => exchange(this.pool, question, answerBytes)
    const guarded = this.breaker ? withBreaker(once, this.breaker, headersMilliseconds / 2) : once
    return withRetries(guarded, { retries, budget: new RetryBudget(retryShare) })
  }
}

/** GraphQL over HTTP: an answer counts whatever its status, if it is a GraphQL answer. */
export function readAnswer(subgraph: string, status: number, text: string): Answer {
  // The place it would lead to is not one that anybody registered.
  if (status >= 300 && status < 400) throw new Error(`status ${status}, and redirects are not followed`)
  let answer: unknown
  try {
    answer = readJson(text, 'data')
  } catch {
    throw new Error(`status ${status}, and not JSON`)
  }
  if (typeof answer !== 'object' || answer === null || !('data' in answer || 'errors' in answer))
    throw new Error(`status ${status}, and no GraphQL answer of ${subgraph}`)
  return noteIfPlain(answer as Answer, text)
}
