import { CommandFailure, Exit } from '../terminal.js'
import { type Page, Visitor } from './visitor.js'

export interface FoundProduct {
  name: string
  domain: string
  major: number
  version: string
  address: string
  freshness: string
  owner?: string
  datasets: { name: string; address: string; contractId?: string; access?: string }[]
}

const MOST_PAGES = 100

/** Every product that a mesh lists, page after page. Undefined where there is no list. */
export async function readMesh(visitor: Visitor, origin: URL): Promise<FoundProduct[] | undefined> {
  const found: FoundProduct[] = []
  const seen = new Set<string>()
  let at: URL | undefined = new URL('/.well-known/data-mesh', origin)
  while (at !== undefined) {
    if (seen.has(at.href) || seen.size === MOST_PAGES)
      throw new CommandFailure(Exit.Unreachable, `The list at ${origin.origin} does not end.`)
    seen.add(at.href)
    const page: Page = await visitor.get(at, 'application/json')
    refuseWho(page)
    const body = Visitor.json(page) as { products?: unknown; next?: unknown } | undefined
    if (page.status !== 200 || !Array.isArray(body?.products)) {
      if (seen.size === 1) return undefined
      throw new CommandFailure(Exit.Unreachable, `A page of the list is missing: ${at.href} answers ${page.status}.`)
    }
    found.push(...body.products.flatMap(productIn))
    const next = typeof body.next === 'string' ? body.next : nextIn(page.link)
    at = next !== undefined && URL.canParse(next, page.url) ? new URL(next, page.url) : undefined
  }
  return found
}

/** What a product says of itself at its process's well-known place or at its address. */
export async function readProductAt(visitor: Visitor, url: URL): Promise<FoundProduct | undefined> {
  const page = await visitor.get(url, 'application/json')
  refuseWho(page)
  return page.status === 200 ? productIn(Visitor.json(page))[0] : undefined
}

/** A product's process that tells this caller nothing: what it counts is Terrane's, and what it is there is not to be known. */
export async function isClosedProduct(visitor: Visitor, start: URL): Promise<boolean> {
  const page = await visitor.get(new URL('/.well-known/data-product', start), 'application/json')
  if (page.status !== 404 || !page.type.startsWith('application/problem+json')) return false
  const metrics = await visitor.get(new URL('/metrics', start), 'text/plain')
  if (metrics.status === 401 || metrics.status === 403) return metrics.text.includes('TERRANE_METRICS')
  return metrics.status === 200 && /^terrane_\w+\{/m.test(metrics.text)
}

export function refuseWho({ status, url }: Page): void {
  if (status !== 401 && status !== 403) return
  throw new CommandFailure(
    Exit.Usage,
    `${url.origin} does not let this caller in (HTTP ${status}).\n  Give a token of somebody who may: --token, or TERRANE_TOKEN.`,
  )
}

/** Of whoever's making: what does not look like a product is none, and what is missing is said to be. */
function productIn(given: unknown): FoundProduct[] {
  if (!isRecord(given) || typeof given.name !== 'string' || typeof given.address !== 'string') return []
  const version = textOf(given.version) ?? ''
  const owner = isRecord(given.owner) ? textOf(given.owner.name) : undefined
  const datasets = (Array.isArray(given.datasets) ? given.datasets : []).filter(isRecord)
  return [
    {
      name: given.name,
      domain: textOf(given.domain) ?? '',
      major: Number(/\/(\d+)$/.exec(given.address)?.[1] ?? /^v?(\d+)/.exec(version)?.[1] ?? 0),
      version,
      address: given.address,
      freshness: textOf(given.freshness) ?? 'UNKNOWN',
      ...(owner === undefined ? {} : { owner }),
      datasets: datasets.flatMap(({ name, address, contractId, contract, access }) => {
        if (typeof name !== 'string' || typeof address !== 'string') return []
        const id = textOf(contractId) ?? textOf(contract)
        return [{ name, address, ...(id ? { contractId: id } : {}), ...(typeof access === 'string' ? { access } : {}) }]
      }),
    },
  ]
}

/** RFC 8288. */
const nextIn = (link: string | null) => /<([^>]*)>\s*;[^,]*\brel="?next"?/.exec(link ?? '')?.[1]
const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined)
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
