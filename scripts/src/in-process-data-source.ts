import { abortSignalOf, type ProductEndpoint, type StopSignal } from '@terrane/gateway'
import type { DataProduct } from '@terrane/runtime'

type DataSource = NonNullable<ProductEndpoint['dataSource']>

/** A product of this process behind the interface of remote ones: same headers, no socket, no JSON in between. */
export function inProcessDataSource(product: DataProduct): DataSource {
  return {
    async process({ request, context }) {
      const {
        signal: whole,
        fetchSignal: signal = whole,
        fetch,
        traceHeaders,
      } = context as {
        fetch?: { headers?: Record<string, string> }
        traceHeaders?: Record<string, string>
        signal?: StopSignal
        fetchSignal?: StopSignal
      }
      const { query = '', variables, operationName, http } = request
      const answer = await product.execute({
        query,
        ...(variables ? { variables } : {}),
        ...(operationName ? { operationName } : {}),
        headers: { ...Object.fromEntries(http?.headers ?? []), ...(fetch?.headers ?? traceHeaders) },
        ...(signal ? { signal: abortSignalOf(signal) } : {}),
      })
      return answer as Awaited<ReturnType<DataSource['process']>>
    },
  }
}
