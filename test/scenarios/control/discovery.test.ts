import { appendFile } from 'node:fs/promises'
import path from 'node:path'
import type { DataProductInfo } from '@terrane/schema'
import { parse } from 'yaml'
import { address, type GuardedHarbour, openGuardedHarbour } from './guarded-harbour.js'

/** The discovery port tells all there is to know, and to nobody what they may not know of. */
let harbour: GuardedHarbour
beforeAll(async () => {
  harbour = await openGuardedHarbour()
  // A second publication, of a run that what arrived has started, and a run that failed because of something withheld.
  const published = new Promise(resolve => harbour.product.onPublication(resolve))
  await harbour.product.fetch(
    new Request(`http://harbour.test${address}/input/notices`, {
      method: 'POST',
      headers: { ...(await harbour.as('admin')), 'content-type': 'application/json' },
      body: '[{"notice_id": 1, "text": "Fog"}]',
    }),
  )
  await published
  await appendFile(
    path.join(harbour.sources, 'calls.csv'),
    '9001,S001,2026-01-01T00:00:00Z,1,1.00,Pilot 1,secret remark,\n',
  )
  expect(await harbour.product.run('start')).toMatchObject({
    state: 'FAILED',
    problems: [{ code: 'CONTRACT_BROKEN_QUALITY' }],
  })
})
afterAll(() => harbour?.close())

const DEEP = `{ harbour { product {
  id name title version status domain type address description { purpose limitations usage } tags visibility
  owner { name description members { username name role } } support { channel tool url }
  inputPorts { name version kind description contractId address fields { name type required description classification } }
  managementPorts { name content type description address } outputPorts { name version kind description contractId address }
  datasets { name field description version address contract primaryKey rowCount onlySomeRows rowFilter sample
    fields { name field type description classification required unique key deprecated relationship requiredGrant readable mask }
    quality { dataset property rule passed severity expected actual } }
  models { name layer sql reads overlay changedBy changedAt } lineage { from to }
  publications { number publishedAt rowCount datasets { dataset rowCount } current inputs { port files sha256 } }
  quality { passed failed } freshness publishedAt
  runs { id state trigger publication quarantined problems { code message hint file } }
  agreements { contract property value unit element }
} } }`

type Headers = Record<string, string>

/** Every way in which the product tells of itself. */
async function everythingSaid(headers: Headers): Promise<Record<string, string>> {
  const text = async (pathname: string, accept = 'application/json') =>
    (await harbour.get(pathname, { ...headers, accept })).text()
  return {
    graph: JSON.stringify(await harbour.ask(DEEP, headers)),
    json: await text(address),
    yaml: await text(address, 'application/yaml'),
    html: await text(address, 'text/html'),
    wellKnown: await text('/.well-known/data-product'),
    openApi: await text('/openapi.json'),
    descriptor: await text(`${address}/product.odps.yaml`),
    calls: await text(`${address}/calls/contract.yaml`),
    notices: await text(`${address}/notices/contract.yaml`),
    tariffs: await text(`${address}/tariffs/contract.yaml`),
    runs: await text(`${address}/observability/runs`),
    audit: await text(`${address}/observability/audit`),
    grants: await text(`${address}/control/grants`),
    unknownModel: await (
      await harbour.send('PUT', '/control/pipeline/none', headers, { type: 'text/sql', text: 'SELECT 1' })
    ).text(),
  }
}

async function described(headers: Headers): Promise<DataProductInfo> {
  return (await (await harbour.get(address, headers)).json()) as DataProductInfo
}

const WITHHELD = /profit|net.?takings|tariff|surcharge/i
const WITHIN = /.{0,60}(profit|net.?takings|tariff|surcharge|all_told).{0,60}/i

describe('names that may not be known of', () => {
  test('a clerk, who reads the rest, finds them nowhere', async () => {
    const said = await everythingSaid(await harbour.as('clerk'))
    for (const [where, text] of Object.entries(said))
      expect([where, WITHIN.exec(text)?.[0]]).toEqual([where, undefined])
    // And what the clerk may know is all there.
    for (const name of ['json', 'yaml', 'graph', 'html', 'calls'])
      expect(said[name]).toMatch(/remark[\s\S]*edition|edition[\s\S]*remark/)
    expect(said.descriptor).toContain('harbour.input.calls')
  })

  test('a visitor finds neither those nor the internal datasets', async () => {
    const said = await everythingSaid({})
    const internal = /profit|takings|tariff|surcharge|calls?\b|call_id|berth|pilot_?name|remark|tonnage|ship_id/i
    for (const [where, text] of Object.entries(said))
      expect([where, internal.exec(text)?.[0]]).toEqual([where, undefined])
    expect(said.json).toContain('notice_id')
    expect(parse(said.descriptor!)).toMatchObject({
      kind: 'DataProduct',
      name: 'harbour',
      version: '1.0.0',
      domain: 'ports/north',
    })
    expect(parse(said.notices!)).toMatchObject({ kind: 'DataContract', schema: [{ name: 'notices' }] })
  })

  test('who may observe but not discover sees that something failed, not what', async () => {
    const put = { subject: 'role:watch', actions: ['observe'], dataset: '*' }
    const given = await harbour.send('PUT', '/control/grants', await harbour.as('admin'), { text: JSON.stringify(put) })
    expect(given.status).toBe(200)
    await (await harbour.get(`${address}/tariffs/1.csv`, await harbour.as('steward'))).text()
    const watch = await harbour.as('watch')
    const said = await everythingSaid(watch)
    for (const [where, text] of Object.entries(said))
      expect([where, WITHIN.exec(text)?.[0]]).toEqual([where, undefined])
    const { runs } = await described(watch)
    expect(runs[0]).toMatchObject({ state: 'FAILED', problems: [{ code: 'CONTRACT_BROKEN_QUALITY' }] })
    expect(said.audit).toContain('"dataset":"*"')
  })

  test('the steward finds them everywhere', async () => {
    const { graph, json, descriptor, calls, tariffs } = await everythingSaid(await harbour.as('steward'))
    for (const text of [graph, json, descriptor, calls, tariffs]) expect(text).toMatch(WITHHELD)
    const product = await described(await harbour.as('steward'))
    expect(product.models.find(model => model.name === 'calls')?.sql).toContain('profit')
    expect(product.description?.limitations).toBe('HarbourTariffs are estimates.')
  })

  test('an item about a withheld name goes whole, its neighbours stay', async () => {
    const document = parse((await everythingSaid(await harbour.as('clerk'))).calls!)
    expect(document.schema.map((dataset: { name: string }) => dataset.name)).toEqual(['ships', 'calls', 'notices'])
    expect(document.slaProperties).toEqual([
      { property: 'frequency', value: 1, unit: 'd', element: 'calls.arrived_at' },
    ])
    const calls = document.schema[1]
    expect(calls.quality.map((rule: { id: string }) => rule.id)).toEqual(['has_calls'])
    expect(calls.properties.map((property: { name: string }) => property.name)).toEqual([
      ...['call_id', 'ship_id', 'arrived_at', 'berth', 'fee', 'pilot_name', 'remark', 'edition'],
    ])
    expect(document.roles[0].customProperties[2].value).toEqual({ pilot_name: { kind: 'first', length: 1 } })
    const product = await described(await harbour.as('clerk'))
    expect(product.tags).toEqual(['ships-and-quays'])
    expect(product.description).toEqual({
      purpose: expect.stringMatching(/^Ships that call/),
      usage: 'Ask the master.',
    })
    expect(product.outputPorts.map(port => [port.name, port.description])).toEqual([['register', undefined]])
    expect(product.models.map(model => [model.name, model.sql !== undefined]).sort()).toEqual([
      ...[
        ['calls', false],
        ['edition', true],
        ['notices', true],
        ['ships', true],
      ],
    ])
    expect(
      product.datasets.find(({ name }) => name === 'ships')!.fields.find(({ name }) => name === 'flag')!.description,
    ).toBe('Where it is registered')
  })
})

describe('values that may not be read', () => {
  test('neither denied nor masked ones are in samples, problems or rules', async () => {
    for (const role of ['clerk', 'watch', 'nobody-in-particular', 'gb-agent']) {
      for (const [where, text] of Object.entries(await everythingSaid(await harbour.as(role))))
        expect([role, where, /secret remark|Pilot \d/.exec(text)?.[0]]).toEqual([role, where, undefined])
    }
    const { datasets } = await described(await harbour.as('clerk'))
    const calls = datasets.find(dataset => dataset.name === 'calls')!
    expect(calls.sample).toHaveLength(5)
    expect(Object.keys(calls.sample[0]!)).toEqual([
      'call_id',
      'ship_id',
      'arrived_at',
      'berth',
      'fee',
      'pilot_name',
      'edition',
    ])
    expect(new Set(calls.sample.map(row => row.pilot_name))).toEqual(new Set(['P…']))
    expect(calls.fields.filter(field => !field.readable).map(field => [field.name, field.requiredGrant])).toEqual([
      ['remark', 'harbour/calls/remark'],
    ])
  })

  test('behind a row filter neither other rows nor how many there are', async () => {
    const agent = await harbour.as('gb-agent')
    const { datasets, publications, quality } = await described(agent)
    const ships = datasets.find(dataset => dataset.name === 'ships')!
    expect(ships.rowCount).toBeUndefined()
    expect(new Set(ships.sample.map(row => row.flag))).toEqual(new Set(['GB']))
    expect(ships.quality.find(({ rule }) => rule === 'has_ships')).toMatchObject({
      passed: true,
      actual: 'as expected',
    })
    expect(quality.failed).toBe(0)
    // In the newer one a notice: of calls, which may not be read, and of ships nothing.
    expect(publications.map(({ rowCount }) => rowCount)).toEqual([1, 0])
    const steward = await described(await harbour.as('steward'))
    expect(steward.publications.map(({ rowCount }) => rowCount)).toEqual([1241, 1240])
    expect(steward.datasets.map(({ name, rowCount }) => [name, rowCount])).toEqual([
      ...[
        ['ships', 40],
        ['tariffs', 600],
        ['calls', 600],
        ['notices', 1],
      ],
    ])
    expect(steward.datasets[0]!.quality.find(({ rule }) => rule === 'has_ships')!.actual).toBe('40')
  })

  test('a guess at what was sent is not confirmed by its hash', async () => {
    const HASH = /\b[0-9a-f]{64}\b/
    for (const headers of [{}, await harbour.as('clerk')]) {
      for (const said of Object.values(await everythingSaid(headers))) expect(said).not.toMatch(HASH)
      const { inputs } = (await described(headers)).publications[0]!
      expect(inputs.length).toBeGreaterThan(0)
      expect(inputs).toEqual(inputs.map(({ port, files }) => ({ port, files })))
    }
    expect((await everythingSaid(await harbour.as('admin'))).json).toMatch(HASH)
  })

  test('why a run failed and who started it is for those who may observe', async () => {
    expect((await harbour.send('POST', '/control/runs', await harbour.as('admin'))).status).toBe(202)
    await harbour.product.run('start')
    const admin = await described(await harbour.as('admin'))
    expect(admin.runs[0]!.problems[0]!.message).toContain('all_told')
    expect(admin.runs.map(run => run.trigger)).toContain('control: user:admin')
    const steward = await described(await harbour.as('steward'))
    expect(steward.runs[0]).toMatchObject({ state: 'FAILED', trigger: 'start', problems: [] })
    expect(steward.runs.map(run => run.trigger)).toContain('control')
    expect(steward.runs.map(run => run.trigger)).not.toContain('control: user:admin')
  })
})

describe('for those who may', () => {
  test('what is expected to arrive, and hashes of what did, are for those who observe, control or read all', async () => {
    const put = { subject: 'role:look-out', actions: ['observe'], dataset: '*' }
    await harbour.send('PUT', '/control/grants', await harbour.as('admin'), { text: JSON.stringify(put) })
    const seen = async (headers: Headers) => {
      const { inputPorts, publications } = await described(headers)
      return [
        inputPorts.some(({ fields }) => fields !== undefined),
        publications.some(({ inputs }) => inputs.some(({ sha256 }) => sha256 !== undefined)),
      ]
    }
    expect(await seen({})).toEqual([false, false])
    for (const role of ['clerk', 'gb-agent'])
      expect([role, ...(await seen(await harbour.as(role)))]).toEqual([role, false, false])
    expect(await seen(await harbour.as('steward'))).toEqual([false, true])
    for (const role of ['look-out', 'admin'])
      expect([role, ...(await seen(await harbour.as(role)))]).toEqual([role, true, true])
    const { inputPorts } = await described(await harbour.as('admin'))
    expect(inputPorts.find(({ name }) => name === 'ships')!.fields).toContainEqual({
      name: 'ship_id',
      type: 'string',
      required: true,
    })
  })

  test('management ports, and where they are', async () => {
    expect((await described({})).managementPorts).toEqual([
      { name: 'discovery', content: 'discoverability', type: 'rest', address },
      { name: 'control', content: 'control', type: 'rest', address: `${address}/control` },
      { name: 'observability', content: 'observability', type: 'rest', address: `${address}/observability` },
    ])
  })

  test('JSON, YAML and graph say the same, and what they say is complete', async () => {
    const steward = await harbour.as('steward')
    const json = await described(steward)
    for (const accept of ['application/yaml', 'text/yaml', 'application/x-yaml']) {
      const answer = await harbour.get(address, { ...steward, accept })
      expect(answer.headers.get('content-type')).toMatch(/^application\/yaml/)
      expect(parse(await answer.text())).toEqual(json)
    }
    expect(await (await harbour.get('/.well-known/data-product', steward)).json()).toEqual(json)
    const { product } = (await harbour.ask(DEEP, steward)).data.harbour
    const pruned = JSON.parse(JSON.stringify(product, (_, value) => (value === null ? undefined : value)))
    expect(pruned.datasets).toEqual(
      JSON.parse(JSON.stringify(json.datasets, (_, value) => (value === null ? undefined : value))),
    )
    for (const member of [
      'owner',
      'agreements',
      'inputPorts',
      'outputPorts',
      'models',
      'lineage',
      'quality',
      'support',
    ] as const)
      expect(pruned[member]).toEqual(json[member])
    expect(json).toMatchObject({
      owner: { name: 'Harbour master', members: [{ username: 'olaf', role: 'keeper of tariffs' }] },
      freshness: 'FRESH',
      agreements: [
        { property: 'frequency', value: '1', unit: 'd', contract: 'harbour.register' },
        { property: 'retention' },
      ],
      publications: [
        { number: 2, current: true },
        { number: 1, current: false },
      ],
    })
    expect(json.lineage).toContainEqual({ from: 'abstraction.profit_share', to: 'output.tariffs' })
    expect(json.models.find(({ name }) => name === 'tariffs')).toMatchObject({
      layer: 'output',
      reads: ['abstraction.profit_share'],
      overlay: false,
    })
    const ship = json.datasets[1 + 1]!.fields.find(({ name }) => name === 'ship_id')!
    expect(ship).toMatchObject({
      type: 'string',
      classification: 'internal',
      relationship: 'Ship',
      requiredGrant: 'harbour/calls/ship_id',
      required: true,
    })
  })

  test('a browser gets a page', async () => {
    const answer = await harbour.get(address, {
      ...(await harbour.as('clerk')),
      accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
    })
    expect(answer.headers.get('content-type')).toMatch(/^text\/html/)
    const page = await answer.text()
    expect(page).toContain('You can read 7 of 8 fields')
    const clerk = await harbour.as('clerk')
    const links = [...page.matchAll(/href="(\/[^"]*)"/g)].map(([, link]) => link!)
    expect(links).toHaveLength(1 + 3 * 5)
    for (const link of links) {
      const linked = await harbour.get(link, clerk)
      expect([link, linked.status]).toEqual([link, 200])
      await linked.arrayBuffer()
    }
  })
})
