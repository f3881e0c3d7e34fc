import type { Caller, Grant, ProductPolicy } from '@terrane/schema'
import { decide } from '@terrane/schema'
import { buildSchema, GraphQLError as ErrorOf, type GraphQLError, parse, print } from 'graphql'
import type { Decided } from '../authorisation/decision-point.js'
import type { Requirement } from '../authorisation/required-rights.js'
import type { LoadedSupergraph } from '../supergraph/federation.js'
import { WrittenData } from './answer-data.js'
import { authorisedExecutor } from './authorised.js'
import { AnswerCache } from './caching/answer-cache.js'
import type { FetchCache } from './caching/fetch-cache.js'
import { KeptMemory } from './caching/kept-memory.js'
import { PublicationsReceived } from './caching/publications-received.js'
import type { OperationAnswer, OperationRequest, WholeQuestion } from './executor.js'
import type { ExplainRequest } from './explain/explain-request.js'
import type { Operation } from './operation.js'
import { PlanMemory } from './plan/plan-memory.js'
import { hashOf } from './prepared.js'
import { PublicationPins } from './publication-pins.js'
import { Stop } from './stop.js'

const SDL = `type Query { ledger: Ledger } type Mutation { enter: Int }
  type Ledger { open(of: Int = 1, tags: [String]): Int  secret: Int  also: Int  hidden: Int  entries: [Ledger] }`
const SECRET: Requirement = { kind: 'policies', anyOf: [['ledger/entries/secret', 'ledger/entries']] }
const ALSO: Requirement = { kind: 'policies', anyOf: [['ledger/entries/secret']] }

const loaded = (): LoadedSupergraph =>
  ({
    ...{ sdl: SDL, apiSchema: buildSchema(SDL), memory: new PlanMemory() },
    rights: { of: (_: string, field: string) => (field === 'secret' ? [SECRET] : field === 'also' ? [ALSO] : []) },
  }) as unknown as LoadedSupergraph

const grant = (role: string, properties?: string[]): Grant => ({
  ...{ id: role, effect: 'allow', subject: `role:${role}`, actions: ['read'], dataset: 'entries', origin: 'declared' },
  ...{ by: 'test', at: '2026-01-01T00:00:00Z' },
  ...(properties ? { properties } : {}),
})
const POLICY: ProductPolicy = {
  ...{ product: 'ledger', domain: 'books', version: '1', visibility: 'internal', coordinates: ['Ledger'] },
  grants: [grant('all'), grant('some', ['id'])],
  datasets: [
    {
      ...{ name: 'entries', visibility: 'internal', discover: 'visible', primaryKey: ['id'], coordinates: [] },
      properties: [
        ...['id', 'secret'].map(name => ({ name, discover: 'visible' as const })),
        { name: 'hidden', discover: 'granted' },
      ],
      propertyCoordinates: { hidden: ['Ledger.hidden'] },
    },
  ],
}

/** Before one product whose news stands, its plans run by `answer`. */
function opened({ costLimit = 1_000 } = {}) {
  const asked: { query: string; request: OperationRequest; operation: Operation }[] = []
  const state = {
    supergraph: loaded(),
    answer: {} as object,
    /** What is done while an operation runs. */
    meanwhile: (_: Operation) => {},
    errors: undefined as GraphQLError[] | undefined,
  }
  const received = new PublicationsReceived({
    now: 1,
    inForce: () => ({ publication: 17, publicationId: 'monday', since: 1 }),
  })
  const told: string[][] = []
  const inner = async (request: OperationRequest, whole?: WholeQuestion): Promise<OperationAnswer> => {
    const operation = request.context as Operation
    asked.push({ query: print(request.document).replace(/\s+/g, ' '), request, operation })
    operation.pins.take({ ledger: { publication: 17 } })
    const decision = operation.decisions.get('ledger')?.fingerprint
    const reads = [{ dataset: 'entries', publication: 17, properties: ['id'] }]
    const repeatable = { decision, publicationId: 'monday', reads }
    operation.repeats?.note('ledger', decision, { extensions: { terrane: { repeatable } } })
    state.meanwhile(operation)
    const data = new WrittenData(JSON.stringify({ ...whole?.beside, ledger: { open: asked.length, ...state.answer } }))
    return state.errors ? { data, errors: state.errors } : { data }
  }
  const fetches = {} as FetchCache
  const describe_ = async () => ({ fields: [], plan: undefined }) as never
  const execute = authorisedExecutor({
    supergraph: () => state.supergraph,
    decisionPoint: {
      decide: (caller): Decided => {
        const decision = decide(POLICY, caller)
        return {
          ...{ decisions: new Map([['ledger', decision]]), policies: new Map([['ledger', POLICY]]) },
          ...{ unreachable: new Set(), fingerprint: decision.fingerprint },
        }
      },
    },
    ...{ policies: {}, costLimit, own: new Set<string>(), received, fetches },
    inner: Object.assign(inner, { describe: describe_ }),
    answers: new AnswerCache({
      ...{ memory: new KeptMemory(1_000_000), received, figures: { hits: 0, misses: 0, entries: 0, bytes: 0 } },
      reports: { takes: () => true, add: (_, subject, { denied }) => void told.push([subject, denied]) },
    }),
  })
  const ask = async (
    query: string,
    {
      variables = {} as object,
      roles = ['all'],
      subject = 'user:ann',
      explain = undefined as ExplainRequest | undefined,
    } = {},
  ) => {
    const caller: Caller = { subject, authenticated: true, roles, scopes: [] }
    const context: Partial<Operation> = {
      ...{ caller, signal: new Stop(), pins: new PublicationPins(), decisions: new Map(), denied: new Map() },
      ...(explain ? { explain } : {}),
    }
    const answer = await execute({
      ...{ request: { query, variables }, document: parse(query), queryHash: hashOf(query) },
      ...{ schema: state.supergraph.apiSchema, context },
    } as unknown as OperationRequest)
    return { ...answer, data: answer.data === undefined ? undefined : JSON.parse(JSON.stringify(answer.data)) }
  }
  return { ask, asked, state, told }
}

const OPEN = 'query ($of: Int, $tags: [String]) { ledger { open(of: $of, tags: $tags) } }'

describe('an answer is given again', () => {
  test('to whom the same is allowed, and told of him', async () => {
    const { ask, asked, told } = opened()
    await ask(OPEN)
    expect(await ask(OPEN, { subject: 'user:bob' })).toMatchObject({
      data: { ledger: { open: 1 } },
      extensions: { terrane: { publications: { ledger: 17 } } },
    })
    expect([asked.length, told]).toEqual([1, [['user:bob', '[]']]])
  })

  test('to nobody who asks for something else: not of other variables, not under another decision', async () => {
    const { ask, asked } = opened()
    const questions: Parameters<typeof ask>[1][] = [
      ...[{}, { of: 1 }, { of: 2 }, { of: null }, { tags: [] }, { tags: ['1'] }, { tags: null }].map(variables => ({
        variables,
      })),
      { roles: ['some'] },
      { roles: [] },
    ]
    for (const question of questions) await ask(OPEN, question)
    await ask('{ ledger { open(of: 1) } }')
    expect(asked).toHaveLength(questions.length + 1)
    for (const [at, question] of questions.entries()) expect((await ask(OPEN, question)).data.ledger.open).toBe(at + 1)
  })

  test('never of a mutation, with an error, or where it is to be explained', async () => {
    const { ask, asked, state } = opened()
    for (let time = 0; time < 2; time++) await ask('mutation { enter }')
    for (let time = 0; time < 2; time++) await ask(OPEN, { explain: new Set(['cost'] as const) })
    state.errors = [new ErrorOf('no', { path: ['ledger'] })]
    for (let time = 0; time < 2; time++) await ask(OPEN)
    expect(asked).toHaveLength(6)
  })

  test('only until something newer was read', async () => {
    const { ask, asked, state } = opened()
    await ask(OPEN)
    state.meanwhile = ({ pins }) => pins.take({ ledger: { publication: 18 } })
    await ask(OPEN, { variables: { of: 2 } })
    await ask(OPEN)
    expect(asked).toHaveLength(3)
  })

  test('by the graph that was asked, and not once there is another', async () => {
    const { ask, asked, state } = opened()
    await ask(OPEN)
    state.supergraph = loaded()
    await ask(OPEN)
    expect(asked).toHaveLength(2)
  })
})

describe('what a caller may not know of is not there', () => {
  const HIDDEN = '{ ledger { hidden } }'
  const INTROSPECTION = '{ __type(name: "Ledger") { fields { name } } }'

  test.each([
    ['first', ['some', 'all', 'some']],
    ['after another', ['all', 'some', 'all']],
  ])('asked %s', async (_, roles) => {
    const { ask, asked } = opened()
    for (const role of roles) {
      const { errors } = await ask(HIDDEN, { roles: [role] })
      const told = JSON.stringify((await ask(INTROSPECTION, { roles: [role] })).data)
      const unknown = ['Cannot query field "hidden" on type "Ledger".']
      expect([role, errors?.map(({ message }) => message)]).toEqual([role, role === 'all' ? undefined : unknown])
      expect([role, told.includes('hidden')]).toEqual([role, role === 'all'])
    }
    expect(asked.filter(({ query }) => query.includes('hidden')).length).toBe(1)
  })

  test.each([
    'query ($of: Boolean = true) { __schema @include(if: $of) { queryType { name } } }',
    'query ($of: String = "Ledger") { __type(name: $of) { name } }',
  ])('nor is anything told where null is given for what may not be: %s', async query => {
    const { errors, data } = await opened().ask(query, { variables: { of: null } })
    expect([errors?.map(({ extensions }) => extensions.code), data]).toEqual([['BAD_USER_INPUT'], undefined])
  })
})

describe('what is planned', () => {
  test('is what is allowed, by the graph in force, with the decision and for its product what was lost', async () => {
    const { ask, asked, state } = opened()
    const { errors } = await ask('{ ledger { open secret mine: also entries { secret } } }', { roles: ['some'] })
    const [{ query, request, operation }] = asked as [(typeof asked)[number]]
    expect(query.trim()).toBe('{ ledger { open entries { __terraneTypename: __typename } } }')
    expect(request.schema).toBe(state.supergraph.apiSchema)
    expect(request.queryHash).toBe(hashOf(request.source!))
    expect([...operation.decisions.keys()]).toEqual(['ledger'])
    // Of what the demand names only what he lacks.
    expect([...operation.denied]).toEqual([['ledger', ['ledger/entries/secret']]])
    expect(errors?.map(({ path }) => path?.join('.'))).toEqual(['ledger.secret', 'ledger.mine', 'ledger.entries'])
  })

  test('stands in a list where the first item is', async () => {
    const { ask, state } = opened()
    state.answer = { entries: [null, { open: 1, secret: null }] }
    const { errors } = await ask('{ ledger { entries { open secret } } }', { roles: ['some'] })
    expect(errors?.map(({ path }) => path)).toEqual([['ledger', 'entries', 1, 'secret']])
  })

  test('tells the product what was lost, also of an answer that is given again', async () => {
    const { ask, state, told } = opened()
    // As the first fetch takes it.
    state.meanwhile = ({ denied }) => denied.clear()
    const question = '{ ledger { open secret } }'
    for (const subject of ['user:ann', 'user:bob']) await ask(question, { roles: ['some'], subject })
    expect(told).toEqual([['user:bob', '["ledger/entries/secret"]']])
  })
})

test('what may cost too much, or is nested too deeply, is not run', async () => {
  const { ask, asked } = opened({ costLimit: 3 })
  expect((await ask('{ ledger { open entries { entries { open } } } }')).errors?.[0]?.extensions.code).toBe(
    'OPERATION_TOO_COSTLY',
  )
  let deep: unknown = 'x'
  for (let level = 0; level < 10_000; level++) deep = [deep]
  for (const variables of [{ tags: deep }, { nobodys: deep }])
    expect((await ask(OPEN, { variables })).errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT')
  expect(asked).toEqual([])
})

test('a dry run is run by nobody, a mutation neither', async () => {
  const { ask, asked } = opened()
  for (const query of [OPEN, 'mutation { enter }'])
    expect((await ask(query, { explain: new Set(['plan', 'dry-run'] as const) })).data).toBeNull()
  expect(asked).toEqual([])
})

test('a condition that is null though it may not be is refused before anything is fetched', async () => {
  const { ask, asked } = opened()
  const query =
    'query ($if: Boolean = true) { ledger { open @include(if: $if) ...F } } fragment F on Ledger { also @skip(if: $if) }'
  const { errors } = await ask(query, { variables: { if: null } })
  expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT', 'BAD_USER_INPUT'])
  expect([asked.length, (await ask(query)).errors]).toEqual([0, undefined])
})

describe('an operation begins anew', () => {
  const GONE = [new ErrorOf('gone', { path: ['ledger'] })]

  test('where the graph was replaced while it ran, of what is in force by then', async () => {
    const { ask, asked, state } = opened()
    state.errors = GONE
    let replaced = false
    state.meanwhile = ({ pins }) => {
      pins.take({ [replaced ? 'second' : 'first']: { publication: 1 } })
      if (!replaced) state.supergraph = loaded()
      replaced = true
    }
    const { extensions } = await ask(OPEN)
    expect(asked.map(({ request }) => request.schema === state.supergraph.apiSchema)).toEqual([false, true])
    expect(extensions).toEqual({ terrane: { publications: { ledger: 17, second: 1 } } })
  })

  test('where a publication went that it reads: twice, and is answered with what it got then', async () => {
    const { ask, asked, state } = opened()
    state.errors = GONE
    state.meanwhile = ({ pins }) => {
      expect(pins.isBroken).toBe(false)
      pins.take({ [`read ${asked.length}`]: { publication: 1 } })
      if (asked.length < 9) pins.lose('ledger')
    }
    const { data, extensions } = await ask(OPEN)
    expect([asked.length, data.ledger.open]).toEqual([3, 3])
    expect(extensions).toEqual({ terrane: { publications: { ledger: 17, 'read 3': 1 } } })
    // What is kept of a fetch could be of the very publication that went.
    expect(asked.map(({ operation }) => operation.fetches !== undefined)).toEqual([true, false, false])
  })

  test('once, where it was answered well then', async () => {
    const { ask, asked, state } = opened()
    state.errors = GONE
    state.meanwhile = ({ pins }) => {
      if (asked.length === 1) pins.lose('ledger')
      else state.errors = undefined
    }
    const { data, errors } = await ask(OPEN)
    expect([data.ledger.open, errors]).toEqual([2, undefined])
    expect(asked).toHaveLength(2)
  })

  test('never where it changes something', async () => {
    const { ask, asked, state } = opened()
    state.errors = GONE
    state.meanwhile = ({ pins }) => {
      if (asked.length > 1) return
      pins.lose('ledger')
      state.supergraph = loaded()
    }
    await ask('mutation { enter }')
    expect(asked).toHaveLength(1)
  })
})
