import { type Gateway, issueToken, startGateway } from '@terrane/gateway'
import type { OpenApiDocument } from '@terrane/schema'
import Ajv2020 from 'ajv/dist/2020'
import addFormats from 'ajv-formats'
import { parse } from 'yaml'
import { managementRoutes } from '../../../subgraphs/runtime/src/management-ports/routes'
import { productRoutes, type RouteParts } from '../../../subgraphs/runtime/src/product-routes'
import { type Harbour, openHarbour } from '../harbour/harbour.js'
import { drift, operationsOf, verdictOn } from './openapi.js'

/** A product's documents by address: OpenAPI of its ports, ODPS and ODCS, for each caller what they may know. */

const ADDRESS = '/data/ports/north/harbour/1'
/** Between gateway and product alone. */
const WITHIN_THE_MESH = ['name', 'policy', 'publications', 'repeats'].map(of => `/.well-known/data-product/${of}`)

let harbour: Harbour
beforeAll(async () => {
  harbour = await openHarbour()
})
afterAll(() => harbour?.close())

const openApi = async (...roles: string[]) =>
  (await (
    await harbour.get('/openapi.json', roles.length > 0 ? await harbour.as(...roles) : {})
  ).json()) as OpenApiDocument

/** The real routes, as Hono has them, without what only stands before them. */
function routes() {
  const { product } = harbour.product
  const parts = {
    managed: { product },
    management: () => managementRoutes({} as never, {} as never, () => ({}) as never),
  } as unknown as RouteParts
  const all = productRoutes(parts).routes.filter(({ method, path }) => method !== 'ALL' || !path.endsWith('/*'))
  expect(all.length).toBeGreaterThan(20)
  return all.filter(({ path }) => !WITHIN_THE_MESH.includes(path))
}

describe('OpenAPI', () => {
  test('a stranger finds neither control nor observability beyond runs and events, nor what is withheld', async () => {
    const text = JSON.stringify(await openApi())
    expect(text.match(/control\/|audit\b|quarantine\b|Grant|Verdict|profit/g)).toBeNull()
    expect(text).toContain(`${ADDRESS}/observability/runs`)
  })

  test('who may read but not control is not told how to control', async () => {
    const clerk = await openApi('clerk')
    expect(operationsOf(clerk).filter(({ path }) => path.includes('/control/'))).toEqual([])
    expect(JSON.stringify(clerk)).not.toContain('profit')
  })

  test('a validator that is not ours takes it, for everybody', async () => {
    expect(verdictOn(await openApi())).toBe('')
    expect(verdictOn(await openApi('admin'))).toBe('')
    expect(verdictOn({ ...(await openApi()), info: {} })).not.toBe('')
  })

  test('every route is described, and everything described has a route', async () => {
    const described = operationsOf(await openApi('admin'))
    expect(drift(routes(), described)).toEqual({ undescribed: [], unrouted: [] })
    // The comparison itself finds what is missing on either side.
    const [first, ...others] = described
    expect(drift(routes(), others).undescribed).toEqual([`${first!.method} ${first!.path}`])
    expect(drift(routes(), [{ method: 'GET', path: '/nowhere' }]).unrouted).toHaveLength(1)
  })

  test('what is answered has a status and a shape that it names', async () => {
    const document = await openApi('admin')
    const headers = { ...(await harbour.as('admin')), accept: 'application/json' }
    const ajv = new Ajv2020({ strict: false, allErrors: true })
    addFormats(ajv)
    ajv.addFormat('decimal', /^-?\d+(\.\d+)?$/)
    ajv.addFormat('int64', /^-?\d+$/)
    // One ship of the test was built in the year 19100, which RFC 3339 knows no date of.
    ajv.addFormat('date', /^\d{4,}-\d\d-\d\d$/)
    ajv.addSchema({ ...document, $id: 'https://terrane.example/openapi' })
    let compared = 0
    for (const [path, { get }] of Object.entries(document.paths)) {
      if (!get || get.responses['200']?.content?.['text/event-stream']) continue
      const filledIn = (get.parameters ?? [])
        .filter(one => one.in === 'path')
        .reduce((all, one) => all.replace(`{${one.name}}`, String((one.schema.enum as string[])?.at(-1) ?? 'x')), path)
      const answer = await harbour.get(filledIn.replace('.parquet', '.json'), headers)
      expect([path, Object.keys(get.responses)]).toEqual([path, expect.arrayContaining([String(answer.status)])])
      const schema = get.responses[answer.status]?.content?.['application/json']?.schema
      if (!schema || answer.status !== 200) continue
      const validate = ajv.compile(
        JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"https://terrane.example/openapi#/')),
      )
      expect([path, validate(await answer.json()), validate.errors]).toEqual([path, true, null])
      compared++
    }
    expect(compared).toBeGreaterThan(8)
  })
})

describe('behind a gateway', () => {
  let gateway: Gateway
  beforeAll(async () => {
    const { home, product } = harbour
    const endpoint = { name: 'harbour', url: 'terrane:harbour', fetch: (request: Request) => product.fetch(request) }
    gateway = await startGateway({ listenPort: 0, home, demo: true, products: [endpoint], log: () => {} })
  })
  afterAll(() => gateway?.close())

  const get = async (path: string, as?: string, accept = 'application/json') => {
    const authorization: Record<string, string> = as
      ? { authorization: `Bearer ${await issueToken({ home: harbour.home, as })}` }
      : {}
    return fetch(gateway.url + path, { headers: { accept, ...authorization } })
  }

  test('visitors are not told of control, and the mesh tells of nothing that it does not answer', async () => {
    const visitor = (await (await get('/openapi.json')).json()) as OpenApiDocument
    expect(JSON.stringify(visitor)).not.toMatch(/\/control\/|profit/)
    const admin = (await (await get('/openapi.json', 'admin')).json()) as OpenApiDocument
    expect(verdictOn(admin)).toBe('')
    const below = operationsOf(await openApi('admin')).filter(({ path }) => path.startsWith('/data/'))
    expect(operationsOf(admin)).toEqual(expect.arrayContaining(below))
    expect(admin.components.schemas['harbour.calls']).toMatchObject({ properties: { profit: {} } })
  })

  test('an input contract takes signing in, and the right to control', async () => {
    const path = `${ADDRESS}/input/calls/contract.yaml`
    expect((await get(path)).status).toBe(403)
    expect((await get(path, 'analyst')).status).toBe(403)
    const admin = await get(path, 'admin', 'application/yaml')
    expect([admin.status, parse(await admin.text())]).toEqual([200, expect.objectContaining({ kind: 'DataContract' })])
    expect(admin.headers.get('vary')).toMatch(/accept, authorization/)
  })
})

describe('ODPS and ODCS', () => {
  const read = async (path: string, accept: string | undefined, roles: string[] = ['admin'], more: object = {}) =>
    harbour.get(`${ADDRESS}${path}`, {
      ...(await harbour.as(...roles)),
      ...(accept ? { accept } : {}),
      ...more,
    })

  test('an input contract is for who controls or observes the product, and says no secret', async () => {
    for (const roles of [[], ['clerk']]) {
      const refused = await harbour.get(
        `${ADDRESS}/input/calls/contract.yaml`,
        roles.length > 0 ? await harbour.as(...roles) : {},
      )
      expect(refused.status).toBe(403)
      expect(await refused.text()).not.toMatch(/remark|calls\.csv/)
    }
    const contract = parse(await (await read('/input/calls/contract.yaml', undefined)).text())
    expect(contract).toMatchObject({ kind: 'DataContract', schema: [{ name: 'calls' }] })
    expect((await read('/input/none/contract.yaml', undefined)).status).toBe(404)
  })

  test.each(['/product.odps.yaml', '/calls/contract.yaml', '/calls/1/contract.yaml', '/input/calls/contract.yaml'])(
    '%s is YAML, or JSON to who asks for it, and the same',
    async path => {
      const yaml = await read(path, undefined)
      const json = await read(path, 'application/json')
      expect(yaml.headers.get('content-type')).toMatch(/^application\/yaml/)
      expect(json.headers.get('content-type')).toMatch(/^application\/json/)
      expect(yaml.headers.get('vary')).toContain('accept')
      expect(parse(await yaml.text())).toEqual(await json.json())
      expect((await read(path, 'application/json;q=0.5, application/yaml')).headers.get('content-type')).toMatch(/yaml/)
    },
  )

  test('who has it already is told so; another form, or another caller, has another tag', async () => {
    const path = '/calls/contract.yaml'
    const first = await read(path, undefined)
    const tag = first.headers.get('etag')!
    const again = await read(path, undefined, ['admin'], { 'if-none-match': `"other", W/${tag}` })
    expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', tag])
    expect((await read(path, 'application/json', ['admin'], { 'if-none-match': tag })).status).toBe(200)
    // The clerk may not know of the profit, so what is the same to the admin is not to them.
    expect((await read(path, undefined, ['clerk'], { 'if-none-match': tag })).status).toBe(200)
  })
})
