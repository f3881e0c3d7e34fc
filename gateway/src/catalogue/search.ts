import type { Freshness } from '@terrane/schema'
import { badInput, cursorOf, pageSize, positionIn } from './page.js'
import type { Access, VisibleProduct } from './visible-product.js'

export interface SearchFilter {
  domains?: string[] | null
  owners?: string[] | null
  classifications?: string[] | null
  freshness?: Freshness[] | null
  access?: Access[] | null
}

export interface SearchArguments {
  text?: string | null
  where?: SearchFilter | null
  first?: number | null
  after?: string | null
}

/** Every word is looked for in every text of every product. */
const LONGEST_TEXT = 500
const MOST_WORDS = 20

type FreshnessOf = (product: VisibleProduct) => Promise<Freshness>

/** What a product has in each facet. Of several values one is enough to be found by it. */
const FACETS: Record<keyof SearchFilter, (product: VisibleProduct, freshnessOf: FreshnessOf) => Promise<string[]>> = {
  domains: async ({ domain }) => [domain],
  owners: async ({ owner }) => (owner.name === undefined ? [] : [owner.name]),
  classifications: async ({ classifications }) => classifications,
  freshness: async (product, freshnessOf) => [await freshnessOf(product)],
  access: async ({ access }) => [access],
}
const NAMES = Object.keys(FACETS) as (keyof SearchFilter)[]

/**
 * Searches what the caller may discover, and nothing else: not the names of hidden fields, nor texts that tell them.
 * Products are only asked how they are where the question is about it.
 */
export async function searchProducts(seen: VisibleProduct[], args: SearchArguments, freshnessOf: FreshnessOf) {
  const size = pageSize(args.first, 'products')
  const position = positionIn<[number, string]>(
    args.after,
    ([score, name, ...rest]) => typeof score === 'number' && typeof name === 'string' && rest.length === 0,
  )
  const words = wordsIn(args.text ?? '')
  const ranked = seen
    .map(product => ({ product, score: scoreOf(product, words) }))
    .filter(({ score }) => words.length === 0 || score > 0)
    .toSorted((a, b) => b.score - a.score || (a.product.name < b.product.name ? -1 : 1))

  const wanted = NAMES.filter(name => args.where?.[name] != null)
  const met = await Promise.all(
    ranked.map(async ({ product }) => {
      const unmet: (keyof SearchFilter)[] = []
      for (const name of wanted) {
        const values = await FACETS[name](product, freshnessOf)
        if (!(args.where![name] as string[]).some(value => values.includes(value))) unmet.push(name)
      }
      return unmet
    }),
  )
  const found = ranked.filter((_, at) => met[at]!.length === 0)
  const rest = position ? found.filter(one => isAfter(one, position)) : found
  const page = rest.slice(0, size)
  const last = page.at(-1)
  return {
    nodes: page.map(({ product }) => product),
    totalCount: found.length,
    pageInfo: {
      hasNextPage: rest.length > page.length,
      endCursor: last ? cursorOf([last.score, last.product.name]) : null,
    },
    facets: () =>
      Promise.all(
        NAMES.map(async name => {
          // Without its own filter: what else could be chosen.
          const counted = ranked.filter((_, at) => met[at]!.every(unmet => unmet === name))
          const values = await Promise.all(counted.map(({ product }) => FACETS[name](product, freshnessOf)))
          return { name, values: counts(values.flat()) }
        }),
      ),
  }
}

function wordsIn(text: string): string[] {
  if (text.length > LONGEST_TEXT) throw badInput(`A search has at most ${LONGEST_TEXT} characters.`)
  const words = [...new Set(text.toLowerCase().split(/\s+/).map(squashed).filter(Boolean))]
  if (words.length > MOST_WORDS) throw badInput(`A search has at most ${MOST_WORDS} words.`)
  return words
}

const isAfter = (one: { score: number; product: VisibleProduct }, [score, name]: [number, string]) =>
  one.score < score || (one.score === score && one.product.name > name)

function counts(values: string[]): { value: string; count: number }[] {
  const found = new Map<string, number>()
  for (const value of values) found.set(value, (found.get(value) ?? 0) + 1)
  return [...found]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
}

/** What a word weighs by where it stands. Every word must stand somewhere. */
function scoreOf(product: VisibleProduct, words: string[]): number {
  const places: [weight: number, texts: (string | undefined)[]][] = [
    [100, [product.name]],
    [60, [product.title]],
    [40, product.datasets.map(({ name }) => name)],
    [30, product.datasets.flatMap(({ properties }) => properties)],
    [20, [product.domain, ...product.tags, product.owner.name]],
    [10, [product.description, ...product.datasets.map(({ description }) => description)]],
  ]
  let all = 0
  for (const word of words) {
    const best = Math.max(
      0,
      ...places.flatMap(([weight, texts]) =>
        texts.map(text => {
          const where = squashed(text?.toLowerCase() ?? '')
          if (where === word) return weight * 2
          return where.includes(word) ? weight : 0
        }),
      ),
    )
    if (best === 0) return 0
    all += best
  }
  return all
}

/** `customer_email`, `customerEmail` and "customer e-mail" are one. */
const squashed = (text: string) => text.replace(/[^\p{L}\p{N}]+/gu, '')
