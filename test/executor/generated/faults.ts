import type { ExecutionResult, GraphQLError } from 'graphql'

/** How an answer is not the one schema's; undefined where it is. */
export function faultOf(given: ExecutionResult, expected: ExecutionResult, query: string): string | undefined {
  if (!same(given.data, expected.data)) return 'The data differ'
  const told = (given.errors ?? []).map(({ path }) => stepsOf(path))
  const wanted = (expected.errors ?? []).map(({ path = [] }) => ({
    at: stepsOf(path),
    place: stepsOf(lossOf(expected.data, path)),
  }))
  const lost = wanted.find(({ at, place }) => !told.some(one => one === at || one.startsWith(place)))
  if (lost) return `An error is not told: ${lost.at}`
  const added = (given.errors ?? []).find(error => {
    const at = stepsOf(error.path)
    const isWanted = wanted.some(one => one.at.startsWith(at) || at.startsWith(one.place))
    return !isWanted && !ERRORS_ADDED.some(([, applies]) => applies(error, given.data, query))
  })
  return added && `An error that is none: ${added.message} at ${stepsOf(added.path)}`
}

export const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other)

/** Whatever the order of the fields of an object. */
export const alike = (one: unknown, other: unknown) => same(inOrder(one), inOrder(other))

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder)
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, below]) => [key, inOrder(below)])
}

/** Errors that one schema does not have, and why. */
const ERRORS_ADDED: [reason: string, applies: (error: GraphQLError, data: unknown, query: string) => boolean][] = [
  [
    'a field fails that the question does not select, but a field of it requires',
    ({ message, path = [] }, data) => isFailureOf(path.at(-1), message) && !isSelected(data, path),
  ],
  [
    'the same, and the client calls another field so: the error is told at the place of that one',
    ({ message, path = [] }, _, query) =>
      isFailureOf(path.at(-1), message) && new RegExp(`\\b${path.at(-1)}: (?!${path.at(-1)}\\b)`).test(query),
  ],
  [
    'the same, and clients may not know that field: the error is told without its name',
    ({ message, path = [] }, _, query) => {
      const name = /\.(\w+) fails$/.exec(message)?.[1]
      return name !== undefined && !path.includes(name) && !new RegExp(`\\b${name}\\b(?!:)`).test(query)
    },
  ],
]

const isFailureOf = (step: string | number | undefined, message: string) => message.endsWith(`.${step} fails`)

/** Whether there is a value, if only null, at the place of an error. */
function isSelected(data: unknown, path: readonly (string | number)[]): boolean {
  let here = data
  for (const step of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, step)) return here === null
    here = (here as Record<string | number, unknown>)[step]
  }
  return true
}

const stepsOf = (path: readonly (string | number)[] = []) => path.map(step => `${step}/`).join('')

/** What an error costs: its place, or the next one above it that may be null. */
function lossOf(data: unknown, path: readonly (string | number)[]): readonly (string | number)[] {
  let here = data
  for (const [index, step] of path.entries()) {
    if (here === null || here === undefined) return path.slice(0, index)
    here = (here as Record<string | number, unknown>)[step]
  }
  return path
}
