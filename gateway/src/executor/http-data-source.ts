import type { GraphQLDataSource, GraphQLDataSourceProcessOptions } from '@apollo/gateway'
import { Pool } from 'undici'
import { exchange } from './http-exchange.js'
import type { Operation } from './operation.js'
import { SharedExchanges } from './shared-exchanges.js'

export interface HttpDataSourceOptions {
  /** Sockets kept to one subgraph. Default 32. */
  connections?: number
  /** Until the answer's head, and between two pieces of its body. Default 30000. */
  timeMilliseconds?: number
  /** Largest answer that is read. Default 64 MiB. */
  answerBytes?: number
}

type Answer = Awaited<ReturnType<GraphQLDataSource['process']>>

const JSON_BOTH_WAYS = { 'content-type': 'application/json', accept: 'application/json' }

/** Sends a subgraph its operations over HTTP: one pool of kept sockets, bounded in time and size. */
export class HttpDataSource implements GraphQLDataSource {
  private readonly pool: Pool
  private readonly path: string
  private readonly answerBytes: number
  private readonly shared = new SharedExchanges()

  /** `url`: the GraphQL endpoint, `http://127.0.0.1:4001/graphql`. */
  constructor(
    private readonly subgraph: string,
    url: string,
    options: HttpDataSourceOptions = {},
  ) {
    const { origin, pathname, search } = new URL(url)
    this.path = pathname + search
    this.answerBytes = options.answerBytes ?? 64 * 1024 * 1024
    const time = options.timeMilliseconds ?? 30_000
    this.pool = new Pool(origin, {
      connections: options.connections ?? 32,
      connect: { timeout: Math.min(time, 5_000) },
      headersTimeout: time,
      bodyTimeout: time,
    })
  }

  async process(options: GraphQLDataSourceProcessOptions): Promise<Answer> {
    const { query, variables, operationName, http } = options.request
    const body = JSON.stringify({ query, variables, operationName })
    const { signal, fetch: watch } = options.context as Partial<Operation>
    const given = Object.fromEntries(http?.headers ?? [])
    // Which trace it is part of does not tell who asks: what is shared goes on in the trace of the first who asked.
    const headers = { ...given, ...watch?.headers, ...JSON_BOTH_WAYS }
    const question = { path: this.path, headers, body, answerBytes: this.answerBytes }
    const ask = (until: AbortSignal | undefined) => exchange(this.pool, { ...question, signal: until })
    // Without a header of the gateway's nobody is named, so that the answer is anybody's.
    const anybodys = Object.keys(given).length === 0 && !query?.startsWith('mutation')
    const { status, text } = await (anybodys ? this.shared.ask(body, signal, ask) : ask(signal))
    watch?.exchanged?.({ attempt: 1, status, sentBytes: body.length, answerBytes: text.length })
    return readAnswer(this.subgraph, status, text)
  }

  /** What is under way ends first. */
  async close(): Promise<void> {
    await this.pool.close()
  }
}

/** GraphQL over HTTP: an answer counts whatever its status, if it is a GraphQL answer. */
export function readAnswer(subgraph: string, status: number, text: string): Answer {
  let answer: unknown
  try {
    answer = JSON.parse(text)
  } catch {
    throw new Error(`status ${status}, and not JSON`)
  }
  if (typeof answer !== 'object' || answer === null || !('data' in answer || 'errors' in answer))
    throw new Error(`status ${status}, and no GraphQL answer of ${subgraph}`)
  return answer as Answer
}
