import { createClient, type RequestParams } from 'graphql-sse'

/** Who the page asks as: whoever is signed in, a persona of the demo, somebody with a token of their own, or nobody. */
export interface Caller {
  label: string
  token?: string
  /** The browser's session goes along. */
  session?: true
}

export const VISITOR: Caller = { label: 'visitor' }
export const MYSELF: Caller = { label: 'myself', session: true }

/** A token of the embedded identity provider for a persona; the visitor goes without. */
export async function callAs(persona: string): Promise<Caller> {
  if (persona === MYSELF.label) return MYSELF
  if (persona === VISITOR.label) return VISITOR
  const answer = await fetch('/demo/token', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ as: persona }),
  })
  if (!answer.ok) throw new Error(`The gateway gave no token for ${persona} (HTTP ${answer.status}).`)
  const { token } = (await answer.json()) as { token: string }
  return { label: persona, token }
}

/** One GraphQL request as this caller. The answer is JSON whatever the status. */
export async function ask(caller: Caller, request: unknown): Promise<unknown> {
  const answer = await fetch('/graphql', {
    method: 'POST',
    credentials: credentialsOf(caller),
    headers: { 'content-type': 'application/json', accept: 'application/json', ...headersOf(caller) },
    body: JSON.stringify(request),
  })
  return answer.json()
}

/** What a subscription brings, until it is left. */
export function listen(caller: Caller, request: RequestParams): AsyncIterable<unknown> {
  const client = createClient({ url: '/graphql', credentials: credentialsOf(caller), headers: headersOf(caller) })
  return client.iterate(request)
}

/** Somebody else is asked for without the reader's own session. */
const credentialsOf = (caller: Caller) => (caller.session ? 'same-origin' : 'omit')
const headersOf = ({ token }: Caller): Record<string, string> => (token ? { authorization: `Bearer ${token}` } : {})
