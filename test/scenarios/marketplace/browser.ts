/** As much of a browser as signing in takes: it keeps cookies by origin and follows where it is sent. */
export class Browser {
  private readonly jars = new Map<string, Map<string, string>>()

  /** Every address it was at since the last visit began. */
  readonly visited: string[] = []

  constructor(readonly home: string) {}

  cookie(name: string): string | undefined {
    return [...this.jar(this.home)].find(([key]) => key.startsWith(name))?.[1]
  }

  plant(name: string, value: string): void {
    const jar = this.jar(this.home)
    const known = [...jar.keys()].find(key => key.startsWith(name)) ?? `${name}_${new URL(this.home).port}`
    jar.set(known, value)
  }

  header(url = this.home): string {
    return [...this.jar(url)].map(pair => pair.join('=')).join('; ')
  }

  /** One request, without following. */
  async send(url: string, init: RequestInit = {}): Promise<Response> {
    const target = new URL(url, this.home)
    const response = await fetch(target, {
      redirect: 'manual',
      ...init,
      headers: { cookie: this.header(target.href), ...(init.headers as Record<string, string>) },
    })
    const jar = this.jar(target.href)
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(';')
      const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]
      const gone = value === '' || attributes.some(one => /^ *(max-age=0|expires=thu, 01 jan 1970.*)$/i.test(one))
      if (gone) jar.delete(name)
      else jar.set(name, value)
    }
    return response
  }

  /** Follows until somewhere answers with a page, or `until` is met. */
  async visit(url: string, init: RequestInit = {}, until: (url: URL) => boolean = () => false): Promise<Response> {
    this.visited.length = 0
    let next = new URL(url, this.home)
    let response = await this.send(next.href, init)
    for (let hops = 0; hops < 15; hops++) {
      this.visited.push(next.href)
      const location = response.headers.get('location')
      if (location === null) return response
      next = new URL(location, next)
      if (until(next)) {
        this.visited.push(next.href)
        return response
      }
      response = await this.send(next.href)
    }
    throw new Error(`Sent around: ${this.visited.join('\n')}`)
  }

  /** Up to the address that the provider sends back to, which is not asked. */
  async upToCallback(url: string, init: RequestInit = {}): Promise<string> {
    await this.visit(url, init, ({ pathname }) => pathname === '/auth/callback')
    return this.visited.at(-1)!
  }

  /** As a page of the gateway asks. */
  post(path: string, body: unknown = {}, headers: Record<string, string> = {}): Promise<Response> {
    return this.send(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: new URL(this.home).origin, ...headers },
      body: JSON.stringify(body),
    })
  }

  async ask(query: string, headers: Record<string, string> = {}) {
    const response = await this.post('/graphql', { query }, headers)
    // biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely by tests
    return { status: response.status, ...((await response.json()) as { data?: any; errors?: any[] }) }
  }

  async session(): Promise<Record<string, unknown>> {
    return (await (await this.send('/auth/session')).json()) as Record<string, unknown>
  }

  private jar(url: string): Map<string, string> {
    const { origin } = new URL(url)
    const jar = this.jars.get(origin) ?? new Map<string, string>()
    this.jars.set(origin, jar)
    return jar
  }
}
