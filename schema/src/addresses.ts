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

function decodeSegment(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}
