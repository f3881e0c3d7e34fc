import { type Answer, type SmallMesh } from './small-mesh.js'

export type Event = { event: string; data: Pick<Answer, 'data' | 'errors'> | undefined }

/** One event stream, read event by event as a browser would. */
export class EventStream {
  private readonly reader?: ReadableStreamDefaultReader<string>
  private rest = ''

  private constructor(
    readonly response: Response,
    private readonly abort: AbortController,
  ) {
    if (this.isStream) this.reader = response.body!.pipeThrough(new TextDecoderStream() as never).getReader() as never
  }

  static async open(
    mesh: Pick<SmallMesh, 'gateway' | 'token'>,
    query: string,
    how: { as?: string; variables?: object; method?: 'GET' | 'POST'; headers?: Record<string, string> } = {},
  ): Promise<EventStream> {
    const { as, variables = {}, method = 'POST' } = how
    const headers = {
      accept: 'text/event-stream',
      ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
      ...(as ? { authorization: as.includes(' ') ? as : `Bearer ${await mesh.token(as)}` } : {}),
      ...how.headers,
    }
    const url = `${mesh.gateway.url}/graphql`
    const abort = new AbortController()
    const { signal } = abort
    const response = await (method === 'GET'
      ? fetch(`${url}?${new URLSearchParams({ query, variables: JSON.stringify(variables) })}`, { headers, signal })
      : fetch(url, { method, headers, signal, body: JSON.stringify({ query, variables }) }))
    return new EventStream(response, abort)
  }

  get isStream(): boolean {
    return this.response.headers.get('content-type')?.startsWith('text/event-stream') ?? false
  }

  /** Undefined once it is over. Beats of the heart are passed over. */
  async next(): Promise<Event | undefined> {
    for (;;) {
      const at = this.rest.indexOf('\n\n')
      if (at < 0) {
        const { done, value } = await this.reader!.read()
        if (done) return undefined
        this.rest += value
        continue
      }
      const lines = this.rest.slice(0, at).split('\n')
      this.rest = this.rest.slice(at + 2)
      const field = (name: string) => lines.find(line => line.startsWith(`${name}: `))?.slice(name.length + 2)
      const event = field('event')
      if (event === undefined) continue
      const data = field('data')
      return { event, data: data ? JSON.parse(data) : undefined }
    }
  }

  /** Everything up to its end. */
  async all(): Promise<Event[]> {
    const events: Event[] = []
    for (let event = await this.next(); event; event = await this.next()) events.push(event)
    return events
  }

  close(): void {
    this.abort.abort()
  }
}
