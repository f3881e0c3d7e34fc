import { setTimeout as pause } from 'node:timers/promises'
import * as fc from 'fast-check'
import { eventually } from '../processes/processes.js'
import { Ledger, REGIONS, type Rights, rowsOf } from './ledger.js'

/**
 * Answers are given again without asking the product. None is ever of another publication than it claims, none crosses a
 * decision, and the product's audit has every reading.
 */

/** Grants of a product in another process take up to a second to be known. */
const RUNS = { 'in this process': 8, 'over HTTP': 4 }

const CALLERS = ['anna', 'bob', 'cleo'] as const
type CallerName = (typeof CALLERS)[number]

const ENTRIES = 'ledger { entries { totalCount nodes { entryId region holder edition } } }'
const QUESTION = `{ ${ENTRIES} }`
/** Operations that have their fetch in common; whole answers to the last are never given again, for the mesh tells of now. */
const QUESTIONS = [
  QUESTION,
  `query Again { ${ENTRIES} }`,
  `query WithMesh { ${ENTRIES} mesh { products { nodes { name } } } }`,
] as const

interface Answer {
  data?: { ledger: { entries: { totalCount: number; nodes: object[] } | null } | null }
  errors?: { extensions: { code: string } }[]
  extensions?: { terrane: { publications: Record<string, number> } }
}

/** What that caller may have of that edition. */
function expected(edition: number, rights: Rights | undefined) {
  if (!rights) return null
  const nodes = rowsOf(edition)
    .filter(({ region }) => !rights.region || region === rights.region)
    .map(row => (rights.masked ? { ...row, holder: `${row.holder.slice(0, 3)}…` } : row))
  return { totalCount: nodes.length, nodes }
}

describe.each(['in this process', 'over HTTP'] as const)('a product %s', where => {
  let ledger: Ledger
  let edition = 1
  const rights = new Map<CallerName, Rights>()
  /** What had been given again when the gateway last ceased to hear; undefined while it hears. */
  let silentSince: number | undefined
  let silences = 0

  beforeAll(async () => {
    ledger = await Ledger.open(where)
    await ledger.publish(edition)
  })
  afterAll(() => ledger?.close())

  async function ask(caller: CallerName, question: string = QUESTION): Promise<Answer> {
    return (await (await ledger.ask(caller, question)).json()) as Answer
  }

  function hold({ data, errors, extensions }: Answer, of: Rights | undefined): void {
    if (!of) {
      expect(data?.ledger?.entries ?? null).toBeNull()
      expect(errors?.map(error => error.extensions.code)).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE'])
      return
    }
    expect(errors).toBeUndefined()
    const claimed = ledger.editions.get(extensions!.terrane.publications.ledger!)
    expect(claimed).toBeDefined()
    expect(data!.ledger!.entries).toEqual(expected(claimed!, of))
  }

  const commands = fc.array(
    fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({
          do: fc.constant('ask' as const),
          asked: fc.array(fc.tuple(fc.constantFrom(...CALLERS), fc.constantFrom(...QUESTIONS)), {
            minLength: 2,
            maxLength: 8,
          }),
        }),
      },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('publish' as const), beside: fc.constantFrom(...CALLERS) }) },
      {
        weight: 2,
        arbitrary: fc.record({
          do: fc.constant('grant' as const),
          who: fc.constantFrom(...CALLERS),
          rights: fc.option(fc.record({ region: fc.constantFrom(undefined, ...REGIONS), masked: fc.boolean() }), {
            nil: undefined,
          }),
        }),
      },
      { weight: 1, arbitrary: fc.constant({ do: 'interrupt' as const }) },
      { weight: 1, arbitrary: fc.constant({ do: 'silence' as const }) },
    ),
    { minLength: 5, maxLength: 15 },
  )

  test('whoever asks, whatever is published, granted and interrupted', async () => {
    await fc.assert(
      fc.asyncProperty(commands, async list => {
        for (const command of list) {
          if (command.do === 'publish') {
            // Asked while it comes into force: either edition is right, as long as the answer says which.
            const [answers] = await Promise.all([
              Promise.all(QUESTIONS.map(question => ask(command.beside, question))),
              ledger.publish(++edition),
            ])
            for (const answer of answers) hold(answer, rights.get(command.beside))
          } else if (command.do === 'grant') {
            const { who } = command
            const { region, masked } = command.rights ?? { masked: false }
            const given = command.rights && { masked, ...(region ? { region } : {}) }
            await ledger.grant(who, given)
            if (given) rights.set(who, given)
            else rights.delete(who)
            await settled(who)
          } else if (command.do === 'interrupt') ledger.interrupt()
          else if (command.do === 'silence') {
            if (silentSince !== undefined) await hear()
            else {
              await ledger.silence()
              silentSince = await given()
              silences++
            }
          } else {
            const answers = await Promise.all(
              command.asked.map(async ([who, question]) => ({ who, answer: await ask(who, question) })),
            )
            for (const { who, answer } of answers) hold(answer, rights.get(who))
          }
        }
        if (silentSince !== undefined) await hear()
      }),
      { numRuns: RUNS[where], seed: 7, endOnFailure: true },
    )
    expect(silences).toBeGreaterThan(0)
    expect(await ledger.hits()).toBeGreaterThan(0)
    expect(await ledger.counted('terrane_gateway_cache_lookups_total{cache="fetches",outcome="hit"}')).toBeGreaterThan(
      0,
    )
  }, 300_000)

  /** Answers and fetches that were given again. */
  async function given(): Promise<number> {
    return (
      (await ledger.hits()) + (await ledger.counted('terrane_gateway_fetches_total{subgraph="ledger",outcome="kept"}'))
    )
  }

  /** The silence ends: nothing was given again as long as it lasted. */
  async function hear(): Promise<void> {
    expect(await given()).toBe(silentSince)
    silentSince = undefined
    ledger.endSilence()
  }

  /** A product of another process is asked for its grants once a second: until then the gateway decides by the ones before. */
  async function settled(who: CallerName): Promise<void> {
    if (where === 'in this process') return
    for (;;) {
      const { data } = await ask(who)
      const given = rights.get(who)
      const [edition] = [...ledger.editions.values()].slice(-1)
      const got = JSON.stringify(data?.ledger?.entries ?? null)
      if (got === JSON.stringify(expected(edition!, given))) return
      await pause(50)
    }
  }

  test('the product’s audit has every reading', async () => {
    await ledger.grant('anna', { masked: false })
    rights.set('anna', { masked: false })
    await settled('anna')
    // Of a publication that nobody has read yet: of what was read before, something may be on its way into the audit.
    await ledger.publish(++edition)
    await ledger.heard('anna')
    const hits = await ledger.hits()
    for (let at = 0; at < 6; at++) hold(await ask('anna'), { masked: false })
    expect(await ledger.hits()).toBeGreaterThanOrEqual(hits + 4)
    const readings = async () =>
      (await ledger.audited('anna')).filter(({ publication }) => publication === ledger.newest)
    await eventually(readings, found => found.length >= 6)
    // What is given again is told every second.
    await pause(1500)
    const read = await readings()
    expect(read).toHaveLength(6)
    expect(read.filter(({ detail }) => detail !== undefined)[0]).toMatchObject({
      outcome: 'allowed',
      rows: 6,
      detail: 'given again by the gateway',
    })
  })

  test('a tag saves the bytes, and is nobody else’s', async () => {
    await ledger.grant('bob', { masked: true })
    rights.set('bob', { masked: true })
    await settled('bob')
    const get = (who: CallerName, headers: Record<string, string> = {}) =>
      ledger.ask(who, QUESTION, { method: 'GET', headers: { 'apollo-require-preflight': 'yes', ...headers } })
    await get('anna')
    const first = await get('anna')
    const etag = first.headers.get('etag')!
    expect(first.headers.get('cache-control')).toBe('private, no-cache')
    expect(first.headers.get('vary')).toMatch(/authorization/)
    expect(Number(first.headers.get('age'))).toBeGreaterThanOrEqual(0)
    const again = await get('anna', { 'if-none-match': etag })
    expect([again.status, await again.text()]).toEqual([304, ''])
    const others = await get('bob', { 'if-none-match': etag })
    expect(others.status).toBe(200)
    expect(others.headers.get('etag')).not.toBe(etag)
    await ledger.publish(++edition)
    await ledger.heard('anna')
    const newer = await get('anna', { 'if-none-match': etag })
    expect(newer.status).toBe(200)
  })

  test('what changes without a publication is asked for every time', async () => {
    const hits = await ledger.hits()
    const freshness = '{ ledger { product { freshness } } }'
    for (let at = 0; at < 3; at++) {
      const answer = await ledger.ask('anna', freshness)
      expect(answer.headers.get('etag')).toBeNull()
    }
    expect(await ledger.hits()).toBe(hits)
  })
})

test('no bytes, no answers given again, and no fetches', async () => {
  const ledger = await Ledger.open('in this process', { limits: { cacheBytes: 0 } })
  await ledger.publish(1)
  await ledger.grant('anna', { masked: false })
  for (let at = 0; at < 3; at++) expect((await ledger.ask('anna', QUESTION)).headers.get('etag')).toBeNull()
  expect(await ledger.hits()).toBe(0)
  expect(await ledger.counted('terrane_gateway_fetches_total{subgraph="ledger",outcome="answered"}')).toBe(3)
  await ledger.close()
})
