import { createHash } from 'node:crypto'

/**
 * Where a product's tables live on an existing engine: a database of its own, `<database>_<product>`, so that tables of
 * several products never clash and one product can be dumped, moved or granted as a whole. Slugs keep their hyphens
 * (two that differ only there stay two); names past MySQL's 64 characters end in a hash instead.
 */
export function productDatabaseUrl(databaseUrl: string, product: string): string {
  const url = new URL(databaseUrl)
  const name = `${decodeURIComponent(url.pathname.slice(1)) || 'terrane'}_${product}`
  url.pathname = `/${encodeURIComponent(shortened(name, 64))}`
  return url.href
}

/** The name itself where it fits; else its start and a hash of the whole. */
export function shortened(name: string, length: number): string {
  if (name.length <= length) return name
  return `${name.slice(0, length - 9)}_${createHash('sha256').update(name).digest('hex').slice(0, 8)}`
}
