/**
 * A cookie of the gateway's own: not for scripts, not for requests that other sites make, but for following their links.
 * With https its name begins with `__Host-`, so that neither another path nor a sibling domain can plant one. Browsers keep
 * cookies of `localhost` for all its listen ports, so there the name tells them apart.
 */
export class Cookie {
  private readonly name: string
  private readonly attributes: string

  constructor(name: string, origin: string) {
    const { protocol, port } = new URL(origin)
    const secure = protocol === 'https:'
    this.name = secure ? `__Host-${name}` : `${name}_${port || '80'}`
    this.attributes = `Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`
  }

  /** Undefined where there is none, or more than one: then nobody can say which of them is ours. */
  in(header: string | undefined): string | undefined {
    const found = (header ?? '').split(';').flatMap(pair => {
      const at = pair.indexOf('=')
      return at > 0 && pair.slice(0, at).trim() === this.name ? [pair.slice(at + 1).trim()] : []
    })
    return found.length === 1 && found[0] !== '' ? found[0] : undefined
  }

  set(value: string, seconds: number): string {
    return `${this.name}=${value}; Max-Age=${Math.max(0, Math.floor(seconds))}; ${this.attributes}`
  }

  clear(): string {
    return this.set('', 0)
  }
}
