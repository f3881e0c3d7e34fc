import {
  type Attributes,
  type Context,
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { ASKED_FROM_OUTSIDE } from './asked-from-outside.js'
import type { Exchanged, FetchOutcome, FetchWatch, OperationWatch, Phase } from './watch.js'

/**
 * OpenTelemetry's spans of requests. Spans are handed on by hand and not by an asynchronous context, which would cost
 * every promise something. They name subgraphs, operations and sizes; no value, no variable, no path of an address.
 */
export class Tracing {
  private constructor(
    private readonly tracer: Tracer,
    private readonly outside: Context,
  ) {}

  /** Undefined where no SDK is registered with `@opentelemetry/api`: then nobody asks for spans. */
  static open({ trustsCallers }: { trustsCallers: boolean }): Tracing | undefined {
    const tracer = trace.getTracer('terrane-gateway')
    const probe = tracer.startSpan('probe', { root: true }, ROOT_CONTEXT)
    return isSpanContextValid(probe.spanContext())
      ? new Tracing(tracer, trustsCallers ? ROOT_CONTEXT : ROOT_CONTEXT.setValue(ASKED_FROM_OUTSIDE, true))
      : undefined
  }

  /** `headers`: the request's, for the trace that it is a part of. `route`: as it was declared, `/graphql`. */
  request(method: string, route: string, headers: Readonly<Record<string, unknown>>): RequestTrace {
    const attributes = { 'http.request.method': method, 'http.route': route }
    const above = propagation.extract(this.outside, headers)
    const span = this.tracer.startSpan(`${method} ${route}`, { kind: SpanKind.SERVER, attributes }, above)
    return new RequestTrace(this.tracer, span)
  }
}

/** One request to the gateway. Where it is not sampled only its identity is handed on. */
export class RequestTrace implements OperationWatch {
  private readonly within: Context
  /** Where it is not, nobody need say how it went. */
  readonly sampled: boolean
  private unsampled: FetchWatch | undefined

  constructor(
    private readonly tracer: Tracer,
    private readonly span: Span,
  ) {
    this.sampled = span.isRecording()
    this.within = this.sampled ? trace.setSpan(ROOT_CONTEXT, span) : ROOT_CONTEXT
  }

  get headers(): Readonly<Record<string, string>> {
    return headersOf(this.span)
  }

  phase(name: Phase): () => void {
    if (!this.sampled) return NOTHING
    const span = this.tracer.startSpan(PHASES[name], {}, this.within)
    return () => span.end()
  }

  fetch(subgraph: string): FetchWatch {
    if (this.sampled) return new FetchTrace(this.tracer, subgraph, this.within)
    this.unsampled ??= { headers: this.headers, end: NOTHING }
    return this.unsampled
  }

  /** What is known once the question is parsed. A name is what its caller wrote, cut to what a name is. */
  operation(type: string, name: string | null | undefined): void {
    if (!this.sampled) return
    this.span.setAttribute('graphql.operation.type', type)
    if (name) this.span.setAttribute('graphql.operation.name', name.slice(0, LONGEST_NAME))
  }

  /** `status` is undefined where the client left before the answer. */
  end(status: number | undefined): void {
    if (status === undefined) this.span.setAttribute('error.type', 'aborted')
    else this.span.setAttribute('http.response.status_code', status)
    if (status !== undefined && status >= 500) this.span.setStatus({ code: SpanStatusCode.ERROR })
    this.span.end()
  }
}

class FetchTrace implements FetchWatch {
  private readonly span: Span
  /** Told to the span at once, when all of it is known: it takes longer over each telling than over what it is told. */
  private readonly told: Attributes
  private attempts = 0
  readonly headers: Readonly<Record<string, string>>

  constructor(tracer: Tracer, subgraph: string, above: Context) {
    this.told = { 'terrane.subgraph': subgraph }
    this.span = tracer.startSpan(`fetch ${subgraph}`, AS_CLIENT, above)
    this.headers = headersOf(this.span)
  }

  pinned(publication: number): void {
    this.told['terrane.publication'] = publication
  }

  /** What the last of several attempts brought is what stands. */
  exchanged({ status, sentBytes, answerBytes }: Exchanged): void {
    this.told['http.request.body.size'] = sentBytes
    this.told['http.response.body.size'] = answerBytes
    if (status !== undefined) this.told['http.response.status_code'] = status
    if (this.attempts > 0) this.told['http.request.resend_count'] = this.attempts
    this.attempts++
  }

  end(outcome: FetchOutcome): void {
    this.told['terrane.outcome'] = outcome
    this.span.setAttributes(this.told)
    if (outcome === 'failed') this.span.setStatus({ code: SpanStatusCode.ERROR })
    this.span.end()
  }
}

/** W3C Trace Context. Written here, because a propagator wants a context of its own for every span. */
function headersOf(span: Span): Record<string, string> {
  const { traceId, spanId, traceFlags, traceState } = span.spanContext()
  const traceparent = `00-${traceId}-${spanId}-0${traceFlags & TraceFlags.SAMPLED}`
  const tracestate = traceState?.serialize()
  return tracestate ? { traceparent, tracestate } : { traceparent }
}

const AS_CLIENT = { kind: SpanKind.CLIENT }
const PHASES: Readonly<Record<Phase, string>> = {
  parse: 'graphql.parse',
  decide: 'graphql.decide',
  validate: 'graphql.validate',
  plan: 'graphql.plan',
  project: 'graphql.project',
}
const NOTHING = () => undefined
const LONGEST_NAME = 64
