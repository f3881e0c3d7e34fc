import type { Dataset, Product } from './contracts/model.js'

/** Standard addresses: `/data/<domain>/<product>/<product major>/<dataset>/<contract major>`. */
export function addressOf(product: Pick<Product, 'domain' | 'name' | 'major'>): string {
  return `/data/${product.domain}/${product.name}/${product.major}`
}

export function datasetAddress(
  product: Pick<Product, 'domain' | 'name' | 'major'>,
  dataset: Pick<Dataset, 'name'> & { contract: { major: number } },
): string {
  return `${addressOf(product)}/${dataset.name}/${dataset.contract.major}`
}

export interface ParsedAddress {
  domain: string
  product: string
  /** Undefined where the address stops before it: redirect to the newest. */
  major?: number
  /** Segments after the product's major: `['orders', '1.csv']`, `['control', 'runs']`. */
  rest: string[]
}

/** The first all-numeric segment is the product's major; what stands before it is domain and product. */
export function parseAddress(pathname: string): ParsedAddress | undefined {
  const [data, ...segments] = pathname.split('/').filter(Boolean).map(decodeSegment)
  if (data !== 'data' || segments.includes(undefined)) return undefined
  const path = segments as string[]
  const at = path.findIndex(segment => /^\d+$/.test(segment))
  const head = at < 0 ? path : path.slice(0, at)
  const product = head.at(-1)
  if (product === undefined || head.length < 2) return undefined
  return {
    domain: head.slice(0, -1).join('/'),
    product,
    rest: at < 0 ? [] : path.slice(at + 1),
    ...(at < 0 ? {} : { major: Number(path[at]) }),
  }
}

/**
 * Readings of an address that leaves the product's major out; the longest product first, since only products know which
 * is theirs. Where a number stands in the major's place it is one, and nothing is left out.
 */
export function majorlessAddresses(pathname: string): ParsedAddress[] {
  const [data, ...segments] = pathname.split('/').filter(Boolean).map(decodeSegment)
  if (data !== 'data' || segments.includes(undefined)) return []
  const path = segments as string[]
  return path
    .map((_, at) => ({ domain: path.slice(0, at).join('/'), product: path[at]!, rest: path.slice(at + 1) }))
    .filter(({ domain, rest }) => domain !== '' && !/^\d+$/.test(rest[0] ?? ''))
    .reverse()
}

/** The same below the address of the product that is meant. */
export function atMajor(address: string, { rest }: ParsedAddress): string {
  return [address, ...rest.map(encodeURIComponent)].join('/')
}

function decodeSegment(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}
