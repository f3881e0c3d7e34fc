/** Who the page asks as: a persona of the demo, somebody with a token of their own, or nobody. */
export interface Caller {
  label: string
  token?: string
}

export const VISITOR: Caller = { label: 'visitor' }

/** The demo's people and what they are for. Present only where the gateway runs as a demo. */
export async function personas(): Promise<{ name: string; description: string }[]> {
  const answer = await fetch('/demo/personas').catch(() => undefined)
  if (!answer?.ok || !answer.headers.get('content-type')?.includes('json')) return []
  const { personas } = (await answer.json()) as { personas: { name: string; description: string }[] }
  return personas
}

/** A token of the embedded identity provider for a persona; the visitor goes without. */
export async function callAs(persona: string): Promise<Caller> {
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
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      ...(caller.token ? { authorization: `Bearer ${caller.token}` } : {}),
    },
    body: JSON.stringify(request),
  })
  return answer.json()
}
