import type { Explanation } from '@terrane/gateway'
import { Visitor } from '../crawl/visitor.js'
import { CommandFailure, Exit } from '../terminal.js'
import type { Planned } from './planned.js'

interface Answer {
  errors?: { message: string; locations?: { line: number; column: number }[] }[]
  extensions?: { terrane?: { explain?: Explanation } }
}

export interface MeshQuestion {
  query: string
  operationName?: string
  variables?: Record<string, unknown>
}

const PATIENCE_MILLISECONDS = 30_000
/** Nothing is run for it. */
const EXPLAIN = { 'terrane-explain': 'dry-run, cost' }

/** As the mesh itself would run it for whose token this is. What it withholds from him stays withheld. */
export async function planAtMesh(mesh: string, question: MeshQuestion, token: string): Promise<Planned> {
  const endpoint = new URL(mesh.endsWith('/graphql') ? mesh : `${mesh}/graphql`)
  const visitor = new Visitor(endpoint, { token, timeoutMilliseconds: PATIENCE_MILLISECONDS, anywhere: false })
  const page = await visitor.post(endpoint, question, EXPLAIN)
  const { errors = [], extensions } = (Visitor.json(page) ?? {}) as Answer
  if (page.status === 401) {
    throw new CommandFailure(
      Exit.Usage,
      `${endpoint.origin} does not take this token.\n  Set TERRANE_TOKEN to one of its own provider, or --as to a persona of a demo under the same TERRANE_HOME.`,
    )
  }
  const explain = extensions?.terrane?.explain
  if (!explain && errors.length > 0) throw new CommandFailure(Exit.Finding, errors.map(told).join('\n'))
  if (!explain) {
    throw new CommandFailure(
      Exit.Usage,
      `${endpoint.href} answers with status ${page.status}, but explains nothing: it is no gateway of Terrane's.`,
    )
  }
  const { plan, withheld, denied = [], cost } = explain
  if (!plan) {
    const lost = denied.map(({ coordinate, lacks }) => `\n  ${coordinate} takes ${lacks}.`).join('')
    throw new CommandFailure(Exit.Finding, `${withheld?.reason ?? 'The gateway tells no plan.'}${lost}`)
  }
  return { ...plan, denied, ...(cost ? { cost } : {}) }
}

/** No text of others' may move the cursor or colour the terminal. */
const told = ({ message, locations = [] }: NonNullable<Answer['errors']>[number]) =>
  [message.replace(/\p{Cc}/gu, '·'), ...locations.map(({ line, column }) => `  at ${line}:${column}`)].join('\n')
