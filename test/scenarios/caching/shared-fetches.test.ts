import { inflateRawSync } from 'node:zlib'
import { decodeJwt } from 'jose'
import { eventually } from '../processes/processes.js'
import { Ledger, rowsOf } from './ledger.js'

/**
 * Operations of callers with one decision need the same of a product at the same time: it is asked once, and its audit has
 * each of them. Whoever holds another decision asks for himself.
 */

/** Of different names, so that their operations are not the same; of different fields, so that no test finds another's. */
const asking = (name: string, fields: string) => `query ${name} { ledger { entries { nodes { ${fields} } } } }`

interface Answer {
  data?: { ledger: { entries: { nodes: { holder: string; edition: number }[] } | null } | null }
  errors?: { extensions: { code: string } }[]
}

let ledger: Ledger
let edition = 0
beforeAll(async () => {
  ledger = await Ledger.open('over HTTP')
  await ledger.publish(++edition)
  await ledger.grant('anna', { masked: false })
  await ledger.grant('dora', { masked: false })
  await ledger.grant('bob', { masked: true })
  await ledger.grant('cleo', { masked: false, region: 'south' })
  // Grants are known and news is heard.
  for (const who of ['anna', 'bob', 'cleo', 'dora'])
    await eventually(
      async () => (await ask(who, asking('Heard', 'edition'))).data?.ledger?.entries,
      entries => Boolean(entries),
    )
  await ledger.heard('anna')
})
afterAll(() => ledger?.close())

async function ask(caller: string, query: string, signal?: AbortSignal): Promise<Answer> {
  return (await (await ledger.ask(caller, query, signal ? { signal } : {})).json()) as Answer
}
/** Questions with these words that came to the product: who asked each. */
const cameBy = (words: string) =>
  ledger.proxy!.asked.filter(({ body }) => body.includes(words)).map(({ identity }) => subjectOf(identity!))
function subjectOf(identity: string): string {
  const said = Buffer.from((decodeJwt(identity) as { said: string }).said, 'base64url')
  return (JSON.parse(inflateRawSync(said).toString()) as { caller: { subject: string } }).caller.subject
}
const here = (words: string, count: number) =>
  eventually(
    async () => cameBy(words),
    came => came.length >= count,
  )
/** Of what no earlier test asked for. */
const readings = async (who: string) =>
  (await ledger.audited(who)).filter(({ properties }) => `${properties}` === 'entry_id')
/** Until no more can be on its way to the product: who has the same question under way has it decided and planned. */
const underWay = (count: number) =>
  eventually(
    () => ledger.counted('terrane_gateway_fetches_in_flight{subgraph="ledger"}'),
    now => now === count,
  )

test('callers of different decisions never share, whatever they ask at once', async () => {
  const release = ledger.proxy!.hold('one:holder')
  const who = ['anna', 'bob', 'cleo'] as const
  const asked = who.map((caller, at) => ask(caller, asking(`One${at}`, 'one:holder')))
  await here('one:holder', 3)
  release()
  const holders = (await Promise.all(asked)).map(({ data }) =>
    (data!.ledger!.entries!.nodes as unknown as { one: string }[]).map(({ one }) => one),
  )
  const all = rowsOf(edition)
  expect(holders).toEqual([
    all.map(({ holder }) => holder),
    all.map(({ holder }) => `${holder.slice(0, 3)}…`),
    all.filter(({ region }) => region === 'south').map(({ holder }) => holder),
  ])
  expect(cameBy('one:holder').sort()).toEqual(['product:anna', 'product:bob', 'product:cleo'])
})

test('callers of one decision share one request, and the audit has each of them once', async () => {
  const release = ledger.proxy!.hold('two:entryId')
  const asked = ['anna', 'dora'].map((who, at) => ask(who, asking(`Two${at}`, 'two:entryId')))
  await underWay(2)
  release()
  const [one, other] = await Promise.all(asked)
  expect(one!.errors).toBeUndefined()
  expect(other).toEqual(one)
  expect(cameBy('two:entryId')).toHaveLength(1)
  const both = await eventually(
    () => Promise.all(['anna', 'dora'].map(readings)),
    now => now.every(entries => entries.length > 0),
  )
  expect(both.map(entries => entries.length)).toEqual([1, 1])
  const [first] = cameBy('two:entryId')
  const [of, again] = first === 'product:anna' ? both : both.reverse()
  expect(of![0]).toMatchObject({ outcome: 'allowed', rows: 6 })
  expect(of![0]).not.toHaveProperty('detail')
  expect(again![0]).toMatchObject({ outcome: 'allowed', rows: 6, detail: 'given again by the gateway' })
})

test('who leaves does not take the request along that others wait for', async () => {
  const release = ledger.proxy!.hold('three:entryId')
  const gone = new AbortController()
  const left = ask('anna', asking('Three', 'three:entryId'), gone.signal)
  await here('three:entryId', 1)
  const stays = ask('dora', asking('Three0', 'three:entryId'))
  await underWay(2)
  gone.abort()
  await expect(left).rejects.toThrow()
  await underWay(1)
  release()
  expect((await stays).errors).toBeUndefined()
  expect(cameBy('three:entryId')).toEqual(['product:anna'])
  await eventually(
    () => ledger.audited('dora'),
    ([newest]) => newest?.detail !== undefined,
  )
})

test('a failure is everybody’s, and nobody’s afterwards', async () => {
  const { proxy } = ledger
  proxy!.broken = true
  await ask('anna', asking('Alone', 'alone:entryId'))
  const attempts = cameBy('alone:entryId').length
  const release = proxy!.hold('four:entryId')
  const asked = ['anna', 'dora'].map((who, at) => ask(who, asking(`Four${at}`, 'four:entryId')))
  await underWay(2)
  release()
  for (const { data, errors } of await Promise.all(asked)) {
    expect(data!.ledger?.entries ?? null).toBeNull()
    expect(errors!.map(({ extensions }) => extensions.code)).toEqual(['SUBGRAPH_UNREACHABLE'])
  }
  expect(cameBy('four:entryId')).toHaveLength(attempts)
  proxy!.broken = false
  for (const who of ['anna', 'dora']) expect((await ask(who, asking('Four', 'four:entryId'))).errors).toBeUndefined()
})

test('what a publication does not settle each asks for himself', async () => {
  const question = 'query Now { ledger { product { freshness } } }'
  const release = ledger.proxy!.hold('freshness')
  const asked = ['anna', 'dora'].map(who => ask(who, question))
  await underWay(2)
  release()
  await Promise.all(asked)
  expect(cameBy('freshness').sort()).toEqual(['product:anna', 'product:dora'])
  // It is known now: nobody waits for another any more.
  const again = ledger.proxy!.hold('freshness')
  const both = ['anna', 'dora'].map(who => ask(who, question))
  await here('freshness', 4)
  again()
  await Promise.all(both)
})

test('what was asked before something newer was heard of is nobody else’s', async () => {
  const release = ledger.proxy!.hold('six:edition')
  const early = ask('anna', asking('Six', 'six:edition'))
  await eventually(
    async () => ledger.proxy!.waiting,
    waiting => waiting === 1,
  )
  await ledger.publish(++edition)
  await ledger.heard('anna')
  const late = ask('dora', asking('Six0', 'six:edition'))
  await underWay(2)
  release()
  const of = ({ data }: Answer) => (data!.ledger!.entries!.nodes as unknown as { six: number }[])[0]!.six
  expect(of(await late)).toBe(edition)
  expect(of(await early)).toBe(edition - 1)
})
