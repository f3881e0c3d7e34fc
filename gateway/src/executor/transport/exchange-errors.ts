/** Status by which a server or what stands before it says that it cannot answer now. */
const UNAVAILABLE: ReadonlySet<number> = new Set([502, 503, 504])

export const isUnavailable = (status: number) => UNAVAILABLE.has(status)

/** No byte of an answer came: no connection stood, or it broke before. */
export class NoAnswer extends Error {
  constructor(cause: Error & { code?: unknown }) {
    // What tries several addresses gives an error without a text.
    super(cause.message || String(cause.code ?? cause.name), { cause })
  }
}

/** The subgraph answers well enough, but what it sends is not taken. */
export class AnswerRefused extends Error {}

/** The breaker of the subgraph is open: it was not asked. */
export class SubgraphUnavailable extends Error {
  constructor(
    readonly subgraph: string,
    /** Until it is tried again, at least 1. */
    readonly retryAfterSeconds: number,
  ) {
    super(`its last requests failed; it is asked again in ${retryAfterSeconds} s`)
  }
}
