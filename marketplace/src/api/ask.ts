/** One GraphQL error as the gateway tells it. */
interface Told {
  message: string
  path?: (string | number)[]
  extensions?: { code?: string }
}

/** What came back: all that may be seen, what was withheld, and what went wrong beside it. */
export interface Answer<Data> {
  data: Data
  /** Paths that are null because the caller may not read them: locks, not faults. */
  locked: string[]
  /** Everything else that is missing. */
  troubles: { message: string; path?: string; code?: string }[]
}

/** Nothing could be answered. `code` is the gateway's, or `UNREACHABLE`. */
export class AskFailure extends Error {
  constructor(
    message: string,
    readonly code: string,
  ) {
    super(message)
  }
}

const DENIED = 'UNAUTHORIZED_FIELD_OR_TYPE'

/** Asks the graph as the signed-in caller, or as a visitor. Throws `AskFailure` only where there is no data at all. */
export async function ask<Data>(
  query: string,
  variables: Record<string, unknown> = {},
  signal?: AbortSignal,
): Promise<Answer<Data>> {
  const answer = await reach('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ query, variables }),
    ...(signal ? { signal } : {}),
  })
  const body = (await answer.json().catch(() => ({}))) as { data?: Data | null; errors?: Told[] }
  const errors = body.errors ?? []
  if (!body.data) {
    const first = errors[0]
    throw new AskFailure(
      first?.message ?? `The gateway answered HTTP ${answer.status}.`,
      first?.extensions?.code ?? String(answer.status),
    )
  }
  const denied = errors.filter(({ extensions }) => extensions?.code === DENIED)
  return {
    data: body.data,
    locked: denied.map(({ path }) => pathOf(path) ?? ''),
    troubles: errors
      .filter(error => !denied.includes(error))
      .map(({ message, path, extensions }) => ({
        message,
        ...(path ? { path: pathOf(path)! } : {}),
        ...(extensions?.code ? { code: extensions.code } : {}),
      })),
  }
}

/** As `fetch`, with a sentence for people where the gateway cannot be reached. */
export async function reach(url: string, init?: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init)
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new AskFailure('The gateway cannot be reached.', 'UNREACHABLE')
  }
}

/** For what must succeed as a whole: a change that was refused is a failure, not a partial answer. */
export async function change<Data>(query: string, variables: Record<string, unknown>): Promise<Data> {
  const { data, locked, troubles } = await ask<Data>(query, variables)
  if (troubles[0]) throw new AskFailure(troubles[0].message, troubles[0].code ?? 'REFUSED')
  if (locked.length > 0) throw new AskFailure('You may not do this.', DENIED)
  return data
}

function pathOf(path: Told['path']): string | undefined {
  return path?.filter(step => typeof step === 'string').join('.')
}
