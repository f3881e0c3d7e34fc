import {
  type Attributes,
  type Context,
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { CHOSEN, chosenAtTheHead } from './head-sampling.js'
import { leftOut } from './left-out.js'
import { type TraceHeaders, traceHeaders } from './trace-headers.js'
import type { Exchanged, FetchOutcome, FetchWatch, OperationWatch, Phase } from './watch.js'

/**
 * OpenTelemetry's spans of requests. Spans are handed on by hand and not by an asynchronous context, which would cost
 * every promise something. They name subgraphs, operations and sizes; no value, no variable, no path of an address.
 */
export class Tracing {
  private constructor(
    private readonly tracer: Tracer,
    private readonly trustsCallers: boolean,
  ) {}

  /** Undefined where no SDK is registered with `@opentelemetry/api`: then nobody asks for spans. */
  static open({ trustsCallers }: { trustsCallers: boolean }): Tracing | undefined {
    const tracer = trace.getTracer('terrane-gateway')
    const probe = tracer.startSpan('probe', { root: true }, ROOT_CONTEXT)
    return isSpanContextValid(probe.spanContext()) ? new Tracing(tracer, trustsCallers) : undefined
  }

  /** `given`: the request's headers, for the trace that it is a part of. `route`: as it was declared, `/graphql`. */
  request(method: string, route: string, given: Headers): TracedRequest {
    const decidedAbove = this.trustsCallers && given.traceparent !== undefined
    const chosen = decidedAbove ? undefined : chosenAtTheHead()
    if (chosen === false) return { trace: undefined, headers: leftOut(given) }
    const attributes = { 'http.request.method': method, 'http.route': route }
    const above = propagation.extract(chosen ? ALL_CHOSEN : ROOT_CONTEXT, given)
    const span = this.tracer.startSpan(`${method} ${route}`, { kind: SpanKind.SERVER, attributes }, above)
    const trace = span.isRecording() ? new RequestTrace(this.tracer, span) : undefined
    return { trace, headers: headersOf(span.spanContext()) }
  }
}

type Headers = Readonly<Record<string, unknown>>

export interface TracedRequest {
  /** Undefined where it is left out. Then nobody looks on: its identity goes on, and nobody below traces it either. */
  trace: RequestTrace | undefined
  headers: TraceHeaders
}

/** One request to the gateway that is traced. */
export class RequestTrace implements OperationWatch {
  private readonly within: Context

  constructor(
    private readonly tracer: Tracer,
    private readonly span: Span,
  ) {
    this.within = trace.setSpan(ALL_CHOSEN, span)
  }

  phase(name: Phase): () => void {
    const span = this.tracer.startSpan(PHASES[name], {}, this.within)
    return () => span.end()
  }

  fetch(subgraph: string): FetchWatch {
    return new FetchTrace(this.tracer, subgraph, this.within)
  }

  /** What is known once the question is parsed. A name is what its caller wrote, cut to what a name is. */
  operation(type: string, name: string | null | undefined): void {
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
  readonly headers: TraceHeaders

  constructor(tracer: Tracer, subgraph: string, above: Context) {
    this.told = { 'terrane.subgraph': subgraph }
    this.span = tracer.startSpan(`fetch ${subgraph}`, AS_CLIENT, above)
    this.headers = headersOf(this.span.spanContext())
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
function headersOf({ traceId, spanId, traceFlags, traceState }: SpanContext): TraceHeaders {
  return traceHeaders(`00-${traceId}-${spanId}-0${traceFlags & TraceFlags.SAMPLED}`, traceState)
}

const ALL_CHOSEN = ROOT_CONTEXT.setValue(CHOSEN, true)
const AS_CLIENT = { kind: SpanKind.CLIENT }
const PHASES: Readonly<Record<Phase, string>> = {
  parse: 'graphql.parse',
  decide: 'graphql.decide',
  validate: 'graphql.validate',
  plan: 'graphql.plan',
  project: 'graphql.project',
}
const LONGEST_NAME = 64
