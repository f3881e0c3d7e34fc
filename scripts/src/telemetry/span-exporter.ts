import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { type ExportResult, ExportResultCode } from '@opentelemetry/core'
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base'
import { type Log, logToStandardError } from '@terrane/gateway/log'
import { type Dispatcher, interceptors, Pool } from 'undici'
import type { Collector } from './collector.js'

const compressed = promisify(gzip)

/** As OTLP asks of who sends: again a few times, later each time, or when the collector says; never what is wrong. */
const AGAIN = interceptors.retry({
  methods: ['POST'],
  statusCodes: [429, 502, 503, 504],
  throwOnError: false,
  maxRetries: 3,
  minTimeout: 1000,
  maxTimeout: 5000,
  timeoutFactor: 1.5,
})
/** Longer than from one batch to the next. */
const IDLE_MILLISECONDS = 60_000
const MOST_ANSWER_BYTES = 64 * 1024

/**
 * OTLP over HTTP. OpenTelemetry's own exporter sends by node's client, which shares its code with node's server: in a
 * process that uses both, light questions take some hundredths more (docs/benchmarks.md). This one sends by what asks the
 * subgraphs.
 */
export class OtlpSpanExporter implements SpanExporter {
  private readonly client: Dispatcher
  private underway: Promise<void> = Promise.resolve()
  private failing = false

  constructor(
    private readonly to: Collector,
    private readonly log: Log = logToStandardError,
  ) {
    const { url, tls } = to
    const pool = new Pool(url.origin, { connections: 1, keepAliveTimeout: IDLE_MILLISECONDS, connect: tls })
    this.client = pool.compose(AGAIN)
  }

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.underway = this.send(spans).then(
      () => {
        this.tell(undefined)
        done({ code: ExportResultCode.SUCCESS })
      },
      (error: Error) => {
        this.tell(error)
        done({ code: ExportResultCode.FAILED, error })
      },
    )
  }

  private async send(spans: ReadableSpan[]): Promise<void> {
    const { url, json, headers, zipped, timeoutMilliseconds } = this.to
    const text = (json ? JsonTraceSerializer : ProtobufTraceSerializer).serializeRequest(spans) ?? new Uint8Array()
    const status = await statusOf(this.client, timeoutMilliseconds, {
      path: url.pathname + url.search,
      method: 'POST',
      headers: {
        'content-type': json ? 'application/json' : 'application/x-protobuf',
        ...(zipped ? { 'content-encoding': 'gzip' } : {}),
        ...headers,
      },
      body: zipped ? await compressed(text) : text,
    })
    if (status > 299) throw new Error(`it answered with status ${status}`)
  }

  /** Once that it fails and once that it works again: a batch comes every few seconds. */
  private tell(error: NodeJS.ErrnoException | undefined): void {
    if ((error !== undefined) === this.failing) return
    this.failing = error !== undefined
    const { origin, pathname } = this.to.url
    const at = origin + pathname
    if (error) this.log({ level: 'warn', message: `Traces cannot be sent to ${at}: ${error.message || error.code}.` })
    else this.log({ level: 'info', message: `Traces are sent to ${at} again.` })
  }

  forceFlush(): Promise<void> {
    return this.underway
  }

  async shutdown(): Promise<void> {
    await this.underway
    await this.client.close()
  }
}

/** Of an answer that is over in time; what else it says is read by nobody. No streams either: the server's are shared, too. */
function statusOf(client: Dispatcher, milliseconds: number, question: Dispatcher.DispatchOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    let control: Dispatcher.DispatchController | undefined
    let late: Error | undefined
    const timer = setTimeout(() => {
      late = new Error(`it did not answer within ${milliseconds} ms`)
      reject(late)
      control?.abort(late)
    }, milliseconds)
    let status = 0
    let bytes = 0
    client.dispatch(question, {
      onRequestStart: controller => {
        control = controller
        // Another attempt, for nobody.
        if (late) controller.abort(late)
      },
      onResponseStart: (_, code) => {
        status = code
      },
      onResponseData: (controller, piece) => {
        bytes += piece.length
        if (bytes > MOST_ANSWER_BYTES)
          controller.abort(new Error(`its answer is larger than ${MOST_ANSWER_BYTES} bytes`))
      },
      onResponseEnd: () => {
        clearTimeout(timer)
        resolve(status)
      },
      onResponseError: (_, error) => {
        clearTimeout(timer)
        reject(error)
      },
    })
  })
}
