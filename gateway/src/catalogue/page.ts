import { GraphQLError } from 'graphql'

const LARGEST_PAGE = 200

export const badInput = (message: string) => new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } })

/** How many a page holds, as asked for; more than the largest is refused. */
export function pageSize(first: number | null | undefined, what: string): number {
  const size = first ?? 50
  if (size < 0 || size > LARGEST_PAGE) throw badInput(`A page has at most ${LARGEST_PAGE} ${what}, not ${size}.`)
  return size
}

/** Where a page ended, as an opaque text. */
export const cursorOf = (position: unknown[]) => Buffer.from(JSON.stringify(position)).toString('base64url')

/** What `cursorOf` was given; a text that it did not make is the caller's mistake. */
export function positionIn<Position extends unknown[]>(
  cursor: string | null | undefined,
  fits: (position: unknown[]) => boolean,
): Position | undefined {
  if (cursor == null) return undefined
  try {
    const position: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    if (Array.isArray(position) && fits(position)) return position as Position
  } catch {
    // Falls through: no cursor of ours.
  }
  throw badInput('`after` is no cursor of this list.')
}
