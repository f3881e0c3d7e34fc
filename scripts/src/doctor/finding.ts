/** What one look found. `hint` says what to do, wherever something is to be done. */
export interface Looked {
  /** `Node.js`, `port 4000` */
  what: string
  state: 'fine' | 'warned' | 'failed'
  found: string
  hint?: string
  /** A service that does not answer, rather than something to set right on this machine. */
  unreachable?: boolean
}

export const fine = (what: string, found: string): Looked => ({ what, state: 'fine', found })
export const warned = (what: string, found: string, hint: string): Looked => ({ what, state: 'warned', found, hint })
export const failed = (what: string, found: string, hint: string): Looked => ({ what, state: 'failed', found, hint })
export const silent = (what: string, found: string, hint: string): Looked => ({
  ...failed(what, found, hint),
  unreachable: true,
})
