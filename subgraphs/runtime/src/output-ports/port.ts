import type { Admitted } from './admission.js'

/**
 * One way for a publication's rows to leave the product. A port gets requests whose caller is settled, opens a
 * `Reading` for each (never the stores themselves), and closes it whatever happens. It decides nothing about rights.
 */
export interface OutputPort {
  /** `graphql`, `files`: what the audit calls it. */
  readonly name: string
  fetch(request: Request, admitted: Admitted): Promise<Response>
  close(): Promise<void>
}
