import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Gateway, startGateway } from '@terrane/gateway'
import { type ServedDataProduct, serveDataProduct } from '@terrane/runtime'
import { loadOrCreateKeys } from '@terrane/schema'
import { inProcessDataSource } from '../../../scripts/src/in-process-data-source.js'
import { ITEMS, Twin } from './twin-products.js'

/**
 * Two products publish one edition after the other while clients ask operations that take several fetches to each of
 * them. Every answer must be of exactly the publications that it claims: one of each product.
 */

const PUBLICATIONS = 6

/** Each product is asked three times at least: for its lists and aggregates, and for entities at two depths. */
const QUESTION = `{
  north {
    items(first: ${ITEMS}) { totalCount nodes { edition other { edition other { edition other { edition } } } } }
    itemsAggregate(groupBy: [EDITION]) { group { edition } count }
    item(itemId: "3") { edition other { edition } }
  }
  south {
    items(first: 5) { nodes { edition other { edition other { edition } } } }
    itemsAggregate { min { edition } max { edition } }
  }
}`

interface Claimed {
  publications: Record<string, number>
  /** By product, all that the answer says. */
  editions: Record<string, number[]>
}

describe.each(['in this process', 'over HTTP'])('products %s', where => {
  let base: string
  let twins: Twin[]
  let served: ServedDataProduct[] = []
  let gateway: Gateway

  beforeAll(async () => {
    base = await mkdtemp(path.join(os.tmpdir(), 'terrane-twins-'))
    const home = path.join(base, 'home')
    const { jwks } = await loadOrCreateKeys(home)
    twins = [await Twin.open(base, 'north', 'south', jwks), await Twin.open(base, 'south', 'north', jwks)]
    const http = where === 'over HTTP'
    if (http) served = await Promise.all(twins.map(({ product }) => serveDataProduct(product, { listenPort: 0 })))
    gateway = await startGateway({
      listenPort: 0,
      home,
      log: () => {},
      ...(http
        ? { productUrls: served.map(({ url }) => url) }
        : {
            products: twins.map(({ name, product }) => ({
              name,
              url: `terrane:${name}`,
              fetch: request => product.fetch(request),
              dataSource: inProcessDataSource(product),
            })),
          }),
    })
  })
  afterAll(async () => {
    await gateway?.close()
    for (const one of served) await one.close()
    for (const { product } of twins) await product.close()
    await rm(base, { recursive: true, force: true })
  })

  async function ask(): Promise<Claimed> {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: QUESTION }),
    })
    const { data, errors, extensions } = (await response.json()) as {
      data: { north: object; south: object }
      errors?: unknown
      extensions: { terrane: { publications: Record<string, number> } }
    }
    expect(errors).toBeUndefined()
    const editions = { north: new Set<number>(), south: new Set<number>() }
    collect(data.north, 'north', editions)
    collect(data.south, 'south', editions)
    return {
      publications: extensions.terrane.publications,
      editions: { north: [...editions.north], south: [...editions.south] },
    }
  }

  test('every answer is of one publication of each, and says which', async () => {
    const editionOf: Record<string, Map<number, number>> = {}
    for (const twin of twins) editionOf[twin.name] = new Map([[await twin.publish(1), 1]])

    let publishing = true
    const claims: Claimed[] = []
    const client = async () => {
      while (publishing) {
        claims.push(await ask())
        // Clients without a pause only keep the publications from getting on.
        await pause(50)
      }
    }
    const publisher = async (twin: Twin) => {
      for (let edition = 2; edition <= PUBLICATIONS; edition++)
        editionOf[twin.name]!.set(await twin.publish(edition), edition)
    }
    const clients = [client(), client(), client(), client()]
    await Promise.all(twins.map(publisher)).finally(() => {
      publishing = false
    })
    await Promise.all(clients)

    const said = claims.map(({ publications, editions }) => ({
      ...Object.fromEntries(twins.map(({ name }) => [name, [editionOf[name]!.get(publications[name]!)]])),
      answered: editions,
    }))
    const mixtures = said.filter(({ answered, ...claimed }) => JSON.stringify(answered) !== JSON.stringify(claimed))
    expect(mixtures).toEqual([])
    for (const { name } of twins)
      expect(new Set(claims.map(({ publications }) => publications[name])).size).toBeGreaterThan(2)
  })
})

/** Every member `edition` belongs to the product whose rows it stands in: `other` is of the other one. */
function collect(value: unknown, of: 'north' | 'south', found: Record<'north' | 'south', Set<number>>): void {
  if (Array.isArray(value)) for (const item of value) collect(item, of, found)
  else if (value !== null && typeof value === 'object') {
    for (const [key, member] of Object.entries(value)) {
      if (key === 'edition') found[of].add(member as number)
      else collect(member, key !== 'other' ? of : of === 'north' ? 'south' : 'north', found)
    }
  }
}
