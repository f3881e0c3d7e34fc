import { useQuery } from '@tanstack/react-query'
import { reach } from './ask'

/** Who this browser is signed in as. Tokens stay with the gateway. */
export interface Session {
  signedIn: boolean
  signInAvailable: boolean
  demo: boolean
  subject?: string
  name?: string
  roles?: string[]
  expiresAt?: string
}

const NOBODY: Session = { signedIn: false, signInAvailable: false, demo: false }

async function session(signal: AbortSignal): Promise<Session> {
  const answer = await reach('/auth/session', { headers: { accept: 'application/json' }, signal })
  if (!answer.ok || !answer.headers.get('content-type')?.includes('json')) return NOBODY
  return answer.json()
}

export function useSession(): Session | undefined {
  return useQuery({ queryKey: ['session'], queryFn: ({ signal }) => session(signal), staleTime: 60_000 }).data
}

/** Where signing in begins; it ends where the reader is now. */
export function signInUrl(persona?: string): string {
  const here = location.pathname + location.search
  return `/auth/login?${new URLSearchParams({ returnTo: here, ...(persona ? { persona } : {}) })}`
}

/** Ends the session here and, where the provider can, there. Loads the page anew: nothing seen stays in memory. */
export async function signOut(): Promise<void> {
  const answer = await reach('/auth/logout', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  })
  const { redirect } = (await answer.json().catch(() => ({}))) as { redirect?: string }
  if (redirect) location.assign(redirect)
  else location.reload()
}

/** The demo's people and what they are for. Present only where the gateway runs as a demo. */
export async function personas(): Promise<{ name: string; description: string }[]> {
  const answer = await fetch('/demo/personas').catch(() => undefined)
  if (!answer?.ok || !answer.headers.get('content-type')?.includes('json')) return []
  const { personas } = (await answer.json()) as { personas: { name: string; description: string }[] }
  return personas
}
