/**
 * Traces go where OpenTelemetry's own variables say (`OTEL_EXPORTER_OTLP_ENDPOINT` or `…_TRACES_ENDPOINT`), and nowhere
 * without them: then no SDK is loaded. Sampler, batches, headers and resource attributes follow the standard's variables
 * too. Gives what sends the rest and ends it.
 */
export async function startTelemetry(env: NodeJS.ProcessEnv = process.env): Promise<() => Promise<void>> {
  const named = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || env.OTEL_EXPORTER_OTLP_ENDPOINT
  const off = env.OTEL_SDK_DISABLED?.toLowerCase() === 'true' || env.OTEL_TRACES_EXPORTER === 'none'
  const to = named && !off ? (await import('./collector.js')).collectorOf(env) : undefined
  if (!to) return async () => {}
  const { propagation, trace } = await import('@opentelemetry/api')
  const { W3CTraceContextPropagator } = await import('@opentelemetry/core')
  const { detectResources, envDetector, resourceFromAttributes } = await import('@opentelemetry/resources')
  const { BasicTracerProvider, BatchSpanProcessor } = await import('@opentelemetry/sdk-trace-base')
  const { chooseAtTheHead } = await import('@terrane/gateway/telemetry/head-sampling')
  const { samplingOf } = await import('./sampler.js')
  const { OtlpSpanExporter } = await import('./span-exporter.js')
  const { sampler, choose } = samplingOf(env)
  const ofProcess = resourceFromAttributes({ 'service.name': 'terrane', 'process.pid': process.pid })
  const provider = new BasicTracerProvider({
    resource: ofProcess.merge(detectResources({ detectors: [envDetector] })),
    sampler,
    spanProcessors: [new BatchSpanProcessor(new OtlpSpanExporter(to))],
  })
  trace.setGlobalTracerProvider(provider)
  chooseAtTheHead(choose)
  // Not baggage: what a client writes there is no subgraph's business.
  propagation.setGlobalPropagator(new W3CTraceContextPropagator())
  return () => provider.shutdown().catch(() => undefined)
}
