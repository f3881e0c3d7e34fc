import { Market } from './market.js'

let market: Market
beforeAll(async () => {
  market = await Market.open()
  await market.publish()
})
afterAll(() => market.close())

const AT = '/data/ports/north/harbour/1/observability'
const get = async (path: string, as: string) =>
  fetch(market.gateway.url + path, { headers: { ...(await market.bearer(as)), accept: 'application/json' } })

test('inputs are for those who may observe the product', async () => {
  expect((await get(`${AT}/inputs`, 'visitor')).status).toBe(403)
  for (const as of ['analyst', 'steward']) expect((await get(`${AT}/inputs`, as)).status).toBe(403)
})

test('each input tells where its data comes from and what has come', async () => {
  const { inputs } = (await (await get(`${AT}/inputs`, 'admin')).json()) as { inputs: Record<string, unknown>[] }
  expect(inputs.map(({ port }) => port)).toEqual(['ships', 'calls', 'notices'])
  const [ships, calls, notices] = inputs
  expect(calls).toMatchObject({
    connector: 'local',
    contractId: 'harbour.input.calls',
    files: 1,
    rows: 30,
    quarantined: 0,
  })
  // As the contract has it: the variable's value is nobody's business here.
  expect(String(ships!.place)).toMatch(/^\$\{HARBOUR_SOURCES\b.*ships\.csv$/)
  expect(Date.parse(String(calls!.lastArrivalAt))).toBeGreaterThan(0)
  expect(notices).toMatchObject({ files: 0, rows: 0, quarantined: 0 })
})

test('a run is followed as it goes, by those who may observe', async () => {
  const follow = async (as: string) => {
    const response = await get(`${AT}/events`, as)
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    const until = async (mark: RegExp) => {
      while (!mark.test(text)) {
        const { value, done } = await reader.read()
        if (done) throw new Error(`ended: ${text}`)
        text += value
      }
      return text
    }
    await until(/connected/)
    return { until, stop: () => reader.cancel() }
  }
  const admin = await follow('admin')
  const started = await fetch(`${market.gateway.url}/data/ports/north/harbour/1/control/runs`, {
    method: 'POST',
    headers: await market.bearer('admin'),
  })
  const { id } = (await started.json()) as { id: string }
  const text = await admin.until(/terrane\.run\.finished/)
  await admin.stop()
  const events = [...text.matchAll(/^data: (.*)$/gm)].map(
    ([, json]) => JSON.parse(json!) as { type: string; data: { id: string } },
  )
  expect(events.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['terrane.run.started', 'terrane.run.step', 'terrane.run.finished']),
  )
  for (const { data } of events) expect(data.id).toBe(id)
  expect(events.at(-1)!.data).toMatchObject({ state: 'UNCHANGED', trigger: 'control: user:admin' })
  // Events are part of the port that takes the right to observe.
  expect((await get(`${AT}/events`, 'analyst')).status).toBe(403)
})
