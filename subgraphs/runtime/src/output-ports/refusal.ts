/** Why a product does not answer, in the words of the graph (`extensions.code`). */
export type RefusalCode =
  | 'UNAUTHORIZED_FIELD_OR_TYPE'
  | 'UNAUTHENTICATED'
  | 'PUBLICATION_GONE'
  | 'NOT_PUBLISHED'
  | 'BAD_USER_INPUT'
  | 'OPERATION_TOO_COSTLY'
  | 'OPERATION_TIMEOUT'
  | 'OPERATION_ABORTED'

const STATUS: Record<RefusalCode, number> = {
  UNAUTHORIZED_FIELD_OR_TYPE: 403,
  UNAUTHENTICATED: 401,
  PUBLICATION_GONE: 410,
  NOT_PUBLISHED: 503,
  BAD_USER_INPUT: 400,
  OPERATION_TOO_COSTLY: 400,
  OPERATION_TIMEOUT: 504,
  OPERATION_ABORTED: 499,
}

/**
 * An answer that is withheld for a reason the caller may know. graphql-js copies `extensions` into the GraphQL error;
 * over HTTP `status` counts. Whatever else is thrown is masked at the edge.
 */
export class Refusal extends Error {
  readonly extensions: Record<string, unknown>
  readonly status: number

  constructor(
    readonly code: RefusalCode,
    message: string,
    details: Record<string, unknown> = {},
  ) {
    super(message)
    this.name = 'Refusal'
    this.extensions = { code, ...details }
    this.status = STATUS[code]
  }
}

/** What may be known but not read: says which grant it takes, so that it can be asked for. */
export function denied(policyKey: string): Refusal {
  return new Refusal('UNAUTHORIZED_FIELD_OR_TYPE', `Reading ${policyKey} takes a grant that you do not have.`, {
    policy: policyKey,
  })
}

export const badInput = (message: string) => new Refusal('BAD_USER_INPUT', message)
