import { CommandFailure, Exit } from '../terminal.js'

export interface VisitorOptions {
  /** Sent to the origin that was given, and to no other. */
  token?: string
  timeoutMilliseconds: number
  /** Whether redirects and next pages may lead to other origins. */
  anywhere: boolean
}

export interface Page {
  url: URL
  status: number
  type: string
  text: string
  link: string | null
}

const GRAPHQL_ANSWER = 'application/graphql-response+json, application/json'
const LARGEST_BYTES = 20_000_000
const MOST_REDIRECTS = 5
const MOST_REQUESTS = 200

/**
 * Reads what others serve, and takes nothing from them for granted: so long, so much, so often, and never at another
 * origin than the one that was given, unless told.
 */
export class Visitor {
  private requests = 0

  constructor(
    private readonly start: URL,
    private readonly options: VisitorOptions,
  ) {}

  get(url: URL, accept: string): Promise<Page> {
    return this.read(url, { headers: { accept } })
  }

  post(url: URL, body: object, headers: Readonly<Record<string, string>> = {}): Promise<Page> {
    return this.read(url, {
      method: 'POST',
      headers: { ...headers, accept: GRAPHQL_ANSWER, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  }

  /** The JSON of a page, or undefined where it holds none. */
  static json(page: Page): unknown {
    try {
      return JSON.parse(page.text)
    } catch {
      return undefined
    }
  }

  /** @throws CommandFailure where this would leave the origin. */
  within(url: URL): URL {
    if (this.options.anywhere || url.origin === this.start.origin) return url
    throw new CommandFailure(
      Exit.Usage,
      `${this.start.origin} leads to another place, ${url.origin}.\n  Add --anywhere to go there; the token stays here.`,
    )
  }

  private async read(url: URL, init: RequestInit): Promise<Page> {
    let at = this.within(url)
    for (let redirects = 0; ; redirects++) {
      if (++this.requests > MOST_REQUESTS) throw this.tooMuch(at, `more than ${MOST_REQUESTS} requests`)
      const response = await this.ask(at, init)
      const location = response.headers.get('location')
      if (response.status < 300 || response.status > 399 || location === null) return this.page(at, response)
      await response.body?.cancel()
      if (redirects === MOST_REDIRECTS) throw this.tooMuch(at, `more than ${MOST_REDIRECTS} redirects`)
      if (!URL.canParse(location, at) || !/^https?:$/.test(new URL(location, at).protocol))
        throw new CommandFailure(Exit.Unreachable, `${at.href} leads to no address that can be asked.`)
      at = this.within(new URL(location, at))
    }
  }

  private async ask(url: URL, init: RequestInit): Promise<Response> {
    const { token, timeoutMilliseconds } = this.options
    const headers = new Headers(init.headers)
    if (token !== undefined && url.origin === this.start.origin) headers.set('authorization', `Bearer ${token}`)
    try {
      const signal = AbortSignal.timeout(timeoutMilliseconds)
      return await fetch(url, { ...init, headers, redirect: 'manual', signal })
    } catch (error) {
      throw this.silent(url, error)
    }
  }

  private async page(url: URL, response: Response): Promise<Page> {
    const pieces: Uint8Array[] = []
    let bytes = 0
    try {
      for await (const piece of response.body ?? []) {
        bytes += (piece as Uint8Array).length
        if (bytes > LARGEST_BYTES) throw this.tooMuch(url, `more than ${LARGEST_BYTES} bytes`)
        pieces.push(piece as Uint8Array)
      }
    } catch (error) {
      throw error instanceof CommandFailure ? error : this.silent(url, error)
    }
    return {
      url,
      status: response.status,
      type: response.headers.get('content-type') ?? '',
      text: Buffer.concat(pieces).toString('utf8'),
      link: response.headers.get('link'),
    }
  }

  private silent(url: URL, error: unknown): CommandFailure {
    const { name, message, cause } = error as Error
    const seconds = this.options.timeoutMilliseconds / 1000
    const reason = name === 'TimeoutError' ? `no answer within ${seconds} s` : ((cause as Error)?.message ?? message)
    return new CommandFailure(
      Exit.Unreachable,
      `Nothing can be read at ${url.href}: ${reason}.\n  Check the address, and that it is served.`,
    )
  }

  private tooMuch(url: URL, what: string): CommandFailure {
    return new CommandFailure(Exit.Unreachable, `${url.href} is not read any further: ${what}.`)
  }
}
