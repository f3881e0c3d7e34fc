import { AskFailure, reach } from './ask'

/** One mistake as the product tells it: what, where, what to do. */
export interface Problem {
  code: string
  message: string
  hint: string
  file?: string | null
  line?: number | null
  column?: number | null
}

/** A change that the product judged and did not take, with the reasons. */
export class Refused extends Error {
  constructor(readonly problems: Problem[]) {
    super(problems.map(({ message }) => message).join(' ') || 'The product refused this without a reason.')
  }
}

/** What this product does not offer: it may be older than this page. */
export class NotOffered extends AskFailure {
  constructor() {
    super('This product does not tell this over HTTP.', 'NOT_OFFERED')
  }
}

/**
 * Asks a product's control or observability port below its address, as the signed-in caller. The gateway says who asks,
 * the product decides. Throws `Refused` with the product's reasons, `AskFailure` for all else.
 */
export async function manage<Told>(address: string, path: string, init: RequestInit = {}): Promise<Told> {
  const answer = await reach(`${address}/${path}`, {
    ...init,
    headers: { accept: 'application/json', ...init.headers },
  })
  if (answer.status === 204) return undefined as Told
  const body = (await answer.json().catch(() => ({}))) as { detail?: string; problems?: Problem[]; code?: string }
  if (answer.ok) return body as Told
  if (answer.status === 422 && body.problems) throw new Refused(body.problems)
  if (answer.status === 404 && !init.method) throw new NotOffered()
  throw new AskFailure(body.detail ?? `The gateway answered HTTP ${answer.status}.`, body.code ?? String(answer.status))
}

/** A part of an address that comes from a name. */
export const step = encodeURIComponent
