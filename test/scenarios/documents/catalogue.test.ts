import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { OpenApiDocument } from '@terrane/schema'
import type { FastifyInstance } from 'fastify'
import jsonld from 'jsonld'
import { allow, geography, SmallMesh, ukSales } from '../gateway/small-mesh.js'
import type { SmallProduct } from '../gateway/small-product.js'
import { type Described, drift, operationsOf, verdictOn } from './openapi.js'

/** The mesh for other catalogues and tools: DCAT 3 in JSON-LD, OpenAPI 3.1, pages; each caller is told what they may know. */

const DCAT = 'http://www.w3.org/ns/dcat#'
const DCTERMS = 'http://purl.org/dc/terms/'
const ODRL = 'http://www.w3.org/ns/odrl/2/'
/** For browsers: pages, and signing in by OpenID Connect, whose own documents tell of it. */
const FOR_BROWSERS = /^\/($|oidc\/|auth\/|demo\/|docs|graphiql|assets\/|products?\b|requests|admin|map\b)|^\*$/

const routes: Described[] = []
let mesh: SmallMesh
let uk: SmallProduct

beforeAll(async () => {
  // Fastify tells of every instance it makes; so the routes are those that are really there.
  const listening = (message: unknown) => {
    const { fastify } = message as { fastify: FastifyInstance }
    fastify.addHook('onRoute', ({ method, url }) => {
      // Below an address each product has its own methods.
      if (url === '/data/*') routes.push({ method: 'ALL', path: url })
      else
        for (const one of [method].flat())
          if (!['HEAD', 'OPTIONS'].includes(one)) routes.push({ method: one, path: url })
    })
  }
  subscribe('fastify.initialization', listening)
  mesh = await SmallMesh.start(trust => {
    uk = ukSales(trust)
    uk.grants = [...uk.grants, allow('admin', '*', { actions: ['read', 'control', 'observe'] })]
    return [uk, geography(trust)]
  })
  unsubscribe('fastify.initialization', listening)
})
afterAll(() => mesh?.stop())

async function read(path: string, options: { as?: string; accept?: string; headers?: Record<string, string> } = {}) {
  const { as, accept, headers } = options
  return fetch(mesh.gateway.url + path, {
    headers: {
      ...(accept ? { accept } : {}),
      ...(as ? { authorization: `Bearer ${await mesh.token(as)}` } : {}),
      ...headers,
    },
  })
}

interface Quad {
  subject: { value: string }
  predicate: { value: string }
  object: { value: string; language?: string }
}

/** By a JSON-LD processor that is not ours, which may fetch nothing. */
async function triples(as?: string): Promise<Quad[]> {
  const answer = await read('/.well-known/data-mesh', { accept: 'application/ld+json', ...(as ? { as } : {}) })
  expect(answer.headers.get('content-type')).toMatch(/^application\/ld\+json/)
  const refused = async (url: string) => {
    throw new Error(`the document makes its reader fetch ${url}`)
  }
  return (await jsonld.toRDF((await answer.json()) as object, { documentLoader: refused })) as Quad[]
}

const valuesIn = (quads: Quad[], subject: string, predicate: string) =>
  quads
    .filter(one => one.subject.value === subject && one.predicate.value === predicate)
    .map(({ object }) => object.value)
const ofType = (quads: Quad[], type: string) =>
  quads.filter(one => one.predicate.value.endsWith('#type') && one.object.value === type).map(one => one.subject.value)

describe('DCAT 3', () => {
  test('what a caller may not discover is in none of its triples', async () => {
    uk.grants = uk.grants.filter(({ subject }) => subject !== 'role:analyst')
    const quads = await triples()
    expect(JSON.stringify(quads)).not.toMatch(/uk-sales|margin/)
    expect(JSON.stringify(await triples('steward'))).toContain('uk-sales/1/orders/1')
    expect((await read('/.well-known/data-mesh', { headers: { authorization: 'Bearer no' } })).status).toBe(401)
  })

  test('a catalogue of datasets, with distributions and services, as the vocabulary names them', async () => {
    const quads = await triples('steward')
    const base = mesh.gateway.url
    const catalogue = `${base}/.well-known/data-mesh`
    expect(ofType(quads, `${DCAT}Catalog`)).toEqual([catalogue])
    const countries = `${base}/data/reference/reference-geography/1/countries/1`
    const orders = `${base}/data/europe/uk/uk-sales/1/orders/1`
    expect(ofType(quads, `${DCAT}Dataset`).sort()).toEqual([orders, countries].sort())
    expect(valuesIn(quads, catalogue, `${DCAT}dataset`).sort()).toEqual([orders, countries].sort())
    expect(ofType(quads, `${DCAT}DataService`)).toEqual(expect.arrayContaining([`${base}/graphql`]))
    expect(valuesIn(quads, `${base}/graphql`, `${DCAT}servesDataset`)).toHaveLength(2)

    expect(valuesIn(quads, orders, `${DCTERMS}identifier`)).toEqual(['uk-sales/orders'])
    expect(valuesIn(quads, orders, `${DCAT}version`)).toEqual(['1.0.0'])
    const [publisher] = valuesIn(quads, orders, `${DCTERMS}publisher`)
    expect(valuesIn(quads, publisher!, 'http://xmlns.com/foaf/0.1/name')).toEqual(['Owners of uk-sales'])
    const [contact] = valuesIn(quads, orders, `${DCAT}contactPoint`)
    expect(valuesIn(quads, contact!, 'http://www.w3.org/2006/vcard/ns#fn')).toEqual(['Owners of uk-sales'])
    const files = valuesIn(quads, orders, `${DCAT}distribution`)
    expect(files).toEqual(['csv', 'json', 'ndjson', 'parquet'].map(format => `${orders}.${format}`))
    expect(ofType(quads, `${DCAT}Distribution`)).toEqual(expect.arrayContaining(files))
    expect(valuesIn(quads, files[0]!, `${DCAT}downloadURL`)).toEqual(files.slice(0, 1))
    expect(valuesIn(quads, files[0]!, `${DCAT}mediaType`)).toEqual([
      'https://www.iana.org/assignments/media-types/text/csv',
    ])
  })

  test('who may read is said: open to everybody, or with the consent of its owner', async () => {
    const quads = await triples('steward')
    const [orders, countries] = ofType(quads, `${DCAT}Dataset`).sort()
    const rights = (one: string) => valuesIn(quads, one, `${DCTERMS}accessRights`)[0]!.split('/').at(-1)
    expect([rights(orders!), rights(countries!)]).toEqual(['NON_PUBLIC', 'PUBLIC'])
    const duties = (one: string) => {
      const [offer] = valuesIn(quads, one, `${ODRL}hasPolicy`)
      const [permission] = valuesIn(quads, offer!, `${ODRL}permission`)
      expect(valuesIn(quads, permission!, `${ODRL}action`)).toEqual([`${ODRL}read`])
      return valuesIn(quads, permission!, `${ODRL}duty`).flatMap(duty => valuesIn(quads, duty, `${ODRL}action`))
    }
    expect([duties(orders!), duties(countries!)]).toEqual([[`${ODRL}obtainConsent`], []])
  })

  test('every term is one of the vocabularies that it says it uses', async () => {
    const known = new Set(TERMS.split(/\s+/))
    const used = (await triples('steward')).flatMap(({ predicate, object }) =>
      predicate.value.endsWith('#type') ? [object.value] : [predicate.value],
    )
    expect([...new Set(used)].filter(term => !known.has(term.replace(/^.*[/#]/, '')))).toEqual([])
  })
})

describe('content negotiation and pages', () => {
  test.each([
    [undefined, 'application/json'],
    ['application/ld+json', 'application/ld+json'],
    ['application/json;q=0.4, application/ld+json;q=0.9', 'application/ld+json'],
    ['application/ld+json;q=0.4, application/json', 'application/json'],
    ['application/ld+json;q=0', 'application/json'],
  ])('%s is answered with %s', async (accept, type) => {
    const answer = await read('/.well-known/data-mesh', accept ? { accept } : {})
    expect(answer.headers.get('content-type')).toContain(type)
    expect(answer.headers.get('vary')).toMatch(/accept.*authorization/)
    const tag = answer.headers.get('etag')!
    const again = await read('/.well-known/data-mesh', {
      ...(accept ? { accept } : {}),
      headers: { 'if-none-match': tag },
    })
    expect(again.status).toBe(304)
  })

  test('a page leads to the next, and the last one nowhere', async () => {
    const first = await read('/.well-known/data-mesh?first=1', { as: 'steward' })
    const { products, next } = (await first.json()) as { products: { name: string }[]; next: string }
    expect(products.map(({ name }) => name)).toEqual(['reference-geography'])
    expect(first.headers.get('link')).toBe(`<${next}>; rel="next"`)
    const second = await read(next, { as: 'steward' })
    const last = (await second.json()) as { products: { name: string }[]; next?: string }
    expect([last.products.map(({ name }) => name), last.next]).toEqual([['uk-sales'], undefined])
    for (const wrong of ['first=0', 'first=x', 'first=1001', 'first=1&first=2'])
      expect([wrong, (await read(`/.well-known/data-mesh?${wrong}`)).status]).toEqual([wrong, 400])
  })
})

describe('OpenAPI of the mesh', () => {
  const openApi = async (as?: string) =>
    (await (await read('/openapi.json', as ? { as } : {})).json()) as OpenApiDocument

  test('every route of the gateway is described, or is for browsers, and everything described has a route', async () => {
    const apart = routes.filter(({ path }) => !FOR_BROWSERS.test(path))
    expect(apart.length).toBeGreaterThan(8)
    expect(routes.length).toBeGreaterThan(apart.length)
    const products = { method: 'GET', path: '/data/europe/uk/uk-sales/1' }
    const described = [...operationsOf(await openApi('steward')), products]
    expect(drift(apart, described)).toEqual({ undescribed: [], unrouted: [] })
    expect(drift([...apart, { method: 'GET', path: '/new' }], described).undescribed).toEqual(['GET /new'])
  })

  test('it is valid, and one that is not is told from it', async () => {
    const document = await openApi()
    expect(verdictOn(document)).toBe('')
    expect(verdictOn({ ...document, paths: { 'no-slash': {} } })).not.toBe('')
  })

  test('a product that tells nothing of its ports costs itself only, and is written down', async () => {
    expect((await openApi('steward')).paths['/graphql']).toBeDefined()
    expect(mesh.log).toContainEqual(
      expect.objectContaining({ message: 'A product does not tell of its HTTP ports', product: 'uk-sales' }),
    )
  })

  test('the page and all it needs come from here, under a policy that lets nothing else in', async () => {
    const page = await read('/docs')
    expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'; script-src 'self'/)
    const text = await page.text()
    const needed = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url!)
    expect(needed.filter(url => /^(https?:)?\/\//.test(url))).toEqual([])
    const assets = needed.filter(url => url.startsWith('/docs/assets/'))
    expect(assets).toHaveLength(4)
    for (const url of assets) expect([url, (await read(url)).status]).toEqual([url, 200])
    for (const url of ['/docs/assets/package.json', '/docs/assets/../package.json', '/docs/assets/index.html'])
      expect([url, (await read(url)).status]).toEqual([url, 404])
  })
})

/** Of DCAT 3, DCMI terms, FOAF, vCard, ODRL and SKOS, those that are used; each stands in its vocabulary. */
const TERMS = `Catalog Dataset Distribution DataService dataset service distribution servesDataset endpointURL
  endpointDescription accessURL downloadURL accessService mediaType keyword theme landingPage contactPoint version
  title description identifier publisher modified accessRights conformsTo
  Agent name homepage Organization fn hasURL
  Offer Permission Duty Party hasPolicy permission duty target action consentedParty Concept prefLabel`
