import { SourceRefusal } from '@terrane/runtime/input-ports/reason'

/** `Request` to `Response`: a gateway's door in this process, or `fetch`. */
export type Door = (request: Request) => Promise<Response>
export type TokenSource = () => Promise<string>

/** Asked again this long before a token ends. */
const EARLY_MILLISECONDS = 30_000

/** Requests through the door as somebody: each carries the bearer's token (RFC 6750). */
export function authenticated(door: Door, token: TokenSource): Door {
  return async request => {
    const headers = new Headers(request.headers)
    headers.set('authorization', `Bearer ${await token()}`)
    return door(new Request(request, { headers }))
  }
}

/** A machine's own token by client credentials (RFC 6749, section 4.4), kept until shortly before it ends. */
export function clientCredentials(
  client: { id: string; secret: string; tokenUrl: string; audience?: string },
  door: Door = fetch,
): TokenSource {
  let known: { token: string; until: number } | undefined
  return async () => {
    if (known && known.until > Date.now()) return known.token
    const asked = Date.now()
    const answer = await door(
      new Request(client.tokenUrl, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          authorization: `Basic ${Buffer.from(`${encodeURIComponent(client.id)}:${encodeURIComponent(client.secret)}`).toString('base64')}`,
        },
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          // Providers name the audience either way: RFC 8707 or the older custom.
          ...(client.audience ? { resource: client.audience, audience: client.audience } : {}),
        }),
      }),
    )
    if (!answer.ok)
      throw new SourceRefusal(`the identity provider refuses ${client.id} a token (HTTP ${answer.status})`)
    const { access_token: token, expires_in: seconds = 60 } = (await answer.json()) as {
      access_token: string
      expires_in?: number
    }
    known = { token, until: asked + seconds * 1000 - EARLY_MILLISECONDS }
    return token
  }
}

/** To another process: paths stay, the rest becomes the address of the mesh. */
export function remoteDoor(meshUrl: string): Door {
  return request => {
    const { pathname, search } = new URL(request.url)
    return fetch(new Request(`${meshUrl}${pathname}${search}`, request))
  }
}
