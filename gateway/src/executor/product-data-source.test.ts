import type { GraphQLDataSource } from '@apollo/gateway'
import type { ProductDecision } from '@terrane/schema'
import type { ProductIdentities } from '../supergraph/product-identities.js'
import type { FetchWatch } from '../telemetry/watch.js'
import { Repeats } from './caching/repeats.js'
import { ProductDataSource } from './product-data-source.js'
import { PublicationPins } from './publication-pins.js'
import { Stop } from './stop.js'
import { SubgraphUnavailable } from './transport/exchange-errors.js'

type Answer = Awaited<ReturnType<GraphQLDataSource['process']>>

const reading = (publication: number, publicationId?: string): Answer => ({
  data: {},
  extensions: {
    terrane: {
      publications: { sales: publication },
      ...(publicationId === undefined ? {} : { publicationIds: { sales: publicationId } }),
    },
  },
})
const decision = { product: 'sales', fingerprint: 'f' } as ProductDecision
const identities = {
  of: async (caller: { subject: string }, { product }: ProductDecision) => `${caller.subject} at ${product}`,
} as unknown as ProductIdentities

/** A subgraph called `sales`, which answers as it is told; by default it is a product that was decided about. */
function opened(answer: (asked: number) => Answer | Promise<Answer>, products = ['sales'], fetches?: object) {
  const sent: { headers: Record<string, string> | undefined; request: object }[] = []
  const outcomes: string[] = []
  const failures: unknown[] = []
  const target: GraphQLDataSource = {
    process: async ({ request }) => {
      const { http, ...rest } = request
      sent.push({ headers: http && Object.fromEntries(http.headers), request: rest })
      return answer(sent.length)
    },
  }
  const watch = { end: (outcome: string) => outcomes.push(outcome) } as unknown as FetchWatch
  const source = new ProductDataSource(
    'sales',
    () => target,
    identities,
    (_, error) => failures.push(error),
    () => watch,
  )
  const stop = new Stop()
  const context = {
    ...{ caller: { subject: 'user:ann' }, signal: stop, pins: new PublicationPins() },
    ...{ repeats: new Repeats(), fetchSignal: new Stop(), fetches },
    decisions: new Map(products.map(name => [name, { ...decision, product: name }])),
    denied: new Map([
      ['sales', ['sales/orders/mail', 'sales/orders/margin']],
      ['other', ['other/a/b']],
    ]),
  }
  const ask = () =>
    source.process({
      ...{ kind: 'incoming operation', incomingRequestContext: {}, context },
      request: { query: '{ a }', variables: { v: 1 }, http: { headers: new Headers({ authorization: 'mine' }) } },
    } as never)
  return { ask, sent, context, stop, outcomes, failures }
}

test('a product is told who asks and, once, what was taken out; nothing of what the client sent', async () => {
  const { ask, sent } = opened(() => reading(17))
  await ask()
  await ask()
  const identity = { 'terrane-identity': 'user:ann at sales' }
  expect(sent).toEqual([
    {
      headers: { ...identity, 'terrane-denied': 'sales/orders/mail,sales/orders/margin' },
      request: { query: '{ a }', variables: { v: 1 } },
    },
    { headers: { ...identity, 'terrane-publication': '17' }, request: { query: '{ a }', variables: { v: 1 } } },
  ])
})

test('a subgraph that nothing was decided about is told of nobody', async () => {
  const { ask, sent, context } = opened(() => reading(17), ['other'])
  await ask()
  expect(sent.map(({ headers }) => headers)).toEqual([undefined])
  expect([context.pins.size, context.denied.size]).toEqual([0, 2])
})

describe('the publication that was read first', () => {
  test('is asked for by its name as well, where it has one', async () => {
    const { ask, sent } = opened(() => reading(17, 'monday'))
    await ask()
    await ask()
    expect(sent[0]!.headers).not.toHaveProperty('terrane-publication')
    expect(sent[1]!.headers).toMatchObject({ 'terrane-publication': '17', 'terrane-publication-id': 'monday' })
  })

  test('is not another one of the same number: that is as if it were gone', async () => {
    const { ask, context } = opened(asked => reading(17, asked === 1 ? 'monday' : 'friday'))
    await ask()
    expect(context.pins.isBroken).toBe(false)
    expect(await ask()).toMatchObject({ errors: [{ extensions: { code: 'PUBLICATION_GONE', publication: 17 } }] })
    expect(context.pins.isBroken).toBe(true)
  })

  test('is gone where the product says so', async () => {
    const gone = { errors: [{ message: 'gone', extensions: { code: 'PUBLICATION_GONE', publication: 17 } }] } as never
    const { ask, context } = opened(asked => (asked === 1 ? reading(17) : gone))
    await ask()
    await ask()
    expect(context.pins.isBroken).toBe(true)
    // Not where nothing was read before: it was never this operation's.
    const first = opened(() => gone)
    await first.ask()
    expect(first.context.pins.isBroken).toBe(false)
  })
})

describe('what fails', () => {
  test('costs its fields, and no address is told', async () => {
    const { ask, outcomes, failures } = opened(() => Promise.reject(new Error('connect ECONNREFUSED 10.0.0.1:4001')))
    const { errors } = await ask()
    expect(errors).toMatchObject([
      {
        message: 'The data product "sales" did not answer.',
        extensions: { code: 'SUBGRAPH_UNREACHABLE', subgraph: 'sales' },
      },
    ])
    expect([outcomes, failures.length]).toEqual([['failed'], 1])
  })

  test('says when to come again where the subgraph is left alone', async () => {
    const { ask } = opened(() => Promise.reject(new SubgraphUnavailable('sales', 7)))
    expect((await ask()).errors).toMatchObject([{ extensions: { code: 'SUBGRAPH_UNAVAILABLE', retryAfter: 7 } }])
  })

  test('because the operation is over is no failure of the subgraph', async () => {
    const { ask, stop, outcomes, failures } = opened(() => {
      stop.abort(new Error('left'))
      throw new Error('broken off')
    })
    await expect(ask()).rejects.toThrow('left')
    expect([outcomes, failures]).toEqual([['aborted'], []])
  })
})

describe('an operation may be answered again', () => {
  const repeatable = { decision: 'f', publicationId: 'monday', reads: [] }
  const again = { data: {}, extensions: { terrane: { publications: { sales: 17 }, repeatable } } } as Answer
  const settled = ({ repeats, pins }: ReturnType<typeof opened>['context']) => repeats.publications(pins.all())

  test('where the product says so of the decision that it was handed', async () => {
    const { ask, context } = opened(() => again)
    await ask()
    expect(settled(context)).toEqual({ sales: { publication: 17, publicationId: 'monday' } })
  })

  test('not where it failed once, nor where nothing was decided about it', async () => {
    const failing = opened(asked => (asked === 1 ? again : Promise.reject(new Error('away'))))
    await failing.ask()
    await failing.ask()
    expect(settled(failing.context)).toBeUndefined()
    const foreign = opened(() => again, [])
    await foreign.ask()
    foreign.context.pins.take({ sales: { publication: 17 } })
    expect(settled(foreign.context)).toBeUndefined()
  })
})

test('what is kept of a fetch is taken for the publication that is read, and asked for until there is time for the rest', async () => {
  const taken: unknown[] = []
  const asked: unknown[] = []
  const cached = {
    take: (pinned: unknown) => void taken.push(pinned),
    ask: async (pinned: unknown, signal: unknown, send: (until: Stop) => Promise<Answer>) => {
      asked.push([pinned, signal === context.fetchSignal])
      return send(new Stop())
    },
  }
  const { ask, context } = opened(() => reading(17, 'monday'), ['sales'], { of: () => cached })
  await ask()
  await ask()
  const monday = { publication: 17, publicationId: 'monday' }
  expect(taken).toEqual([undefined, monday])
  expect(asked).toEqual([
    [undefined, true],
    [monday, true],
  ])
})
