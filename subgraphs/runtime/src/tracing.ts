import { propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'

const tracer = trace.getTracer('terrane-product')

/**
 * Runs a query as a span of the trace that the gateway's headers name. Without a tracing SDK it only runs it. The span
 * says which product it was, and neither question nor values.
 */
export async function traced<Answer>(
  product: string,
  headers: Readonly<Record<string, string>>,
  run: () => Promise<Answer>,
): Promise<Answer> {
  const attributes = { 'terrane.product': product }
  const above = propagation.extract(ROOT_CONTEXT, headers)
  const span = tracer.startSpan(`graphql ${product}`, { kind: SpanKind.SERVER, attributes }, above)
  try {
    return await run()
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR })
    throw error
  } finally {
    span.end()
  }
}
