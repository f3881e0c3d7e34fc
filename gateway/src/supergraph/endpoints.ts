import type { GraphQLDataSource, GraphQLDataSourceProcessOptions } from '@apollo/gateway'
import { HttpDataSource, type OnBreakerChange, readAnswer } from '../executor/http-data-source.js'
import { rounded } from '../executor/numbers/rounded.js'
import { writeJson } from '../executor/numbers/write-json.js'
import type { Operation } from '../executor/operation.js'
import { abortSignalOf } from '../executor/stop.js'
import type { SubgraphTransport } from '../executor/transport/subgraph-transport.js'
import type { ProductEndpoint } from '../gateway.js'

/** An endpoint with sockets to close. */
export interface RemoteEndpoint extends ProductEndpoint {
  close(): Promise<void>
}

/** A product of another process, by the URL it is served at (`http://127.0.0.1:4001`, `/graphql` at its end allowed). */
export function remoteEndpoint(
  name: string,
  url: string,
  transport: Partial<SubgraphTransport> = {},
  onBreakerChange?: OnBreakerChange,
): RemoteEndpoint {
  const base = baseOf(url)
  const dataSource = new HttpDataSource(name, `${base}/graphql`, transport, onBreakerChange)
  return {
    name,
    url: base,
    dataSource,
    fetch: request => {
      const { pathname, search } = new URL(request.url)
      return fetch(new Request(base + pathname + search, request), { redirect: 'manual' })
    },
    close: () => dataSource.close(),
  }
}

/** Without a trailing slash and without `/graphql`. */
export function baseOf(url: string): string {
  return url.replace(/\/+$/, '').replace(/\/graphql$/, '')
}

/** For an endpoint in this process that has no data source of its own: its HTTP surface, without a socket. */
export function dataSourceOf(endpoint: ProductEndpoint): GraphQLDataSource {
  const { dataSource } = endpoint
  if (!dataSource) return new SurfaceDataSource(endpoint)
  return dataSource instanceof HttpDataSource ? dataSource : new DirectDataSource(dataSource)
}

/** In this process without JSON in between: numbers are rounded as a reader of JSON would round them. */
class DirectDataSource implements GraphQLDataSource {
  constructor(private readonly inner: GraphQLDataSource) {}

  process(options: GraphQLDataSourceProcessOptions) {
    const { request } = options
    const variables = rounded(request.variables)
    if (variables === request.variables) return this.inner.process(options)
    return this.inner.process({ ...options, request: { ...request, variables } } as GraphQLDataSourceProcessOptions)
  }
}

class SurfaceDataSource implements GraphQLDataSource {
  constructor(private readonly endpoint: ProductEndpoint) {}

  async process(options: GraphQLDataSourceProcessOptions) {
    const { query, variables, operationName, http } = options.request
    const { signal, fetchSignal = signal, fetch: watch, traceHeaders } = options.context as Partial<Operation>
    const along = watch?.headers ?? traceHeaders
    const response = await this.endpoint.fetch(
      new Request(`http://${this.endpoint.name}/graphql`, {
        method: 'POST',
        headers: { ...Object.fromEntries(http?.headers ?? []), ...along, 'content-type': 'application/json' },
        body: writeJson({ query, variables, operationName }),
        signal: fetchSignal ? abortSignalOf(fetchSignal) : null,
      }),
    )
    return readAnswer(this.endpoint.name, response.status, await response.text())
  }
}
