import { GraphQLError } from 'graphql'

/** `terrane-explain: plan, timings, cost, dry-run` */
export const EXPLAIN_HEADER = 'terrane-explain'

const PARTS = ['plan', 'timings', 'cost', 'dry-run'] as const
type Part = (typeof PARTS)[number]

/** What a caller wants told beside the answer. `dry-run`: instead of it; nothing is run. */
export type ExplainRequest = ReadonlySet<Part>

/** Undefined where nothing is asked for; an error where it is not what can be asked for. */
export function explainRequest(header: string | undefined): ExplainRequest | GraphQLError | undefined {
  if (header === undefined) return undefined
  const asked = header.split(',').map(word => word.trim().toLowerCase())
  const parts = new Set(PARTS.filter(part => asked.includes(part)))
  if (parts.size === new Set(asked).size) return parts.has('dry-run') ? parts.add('plan') : parts
  return new GraphQLError(`The header ${EXPLAIN_HEADER} takes one or more of ${PARTS.join(', ')}, between commas.`, {
    extensions: { code: 'BAD_REQUEST', http: { status: 400 } },
  })
}
