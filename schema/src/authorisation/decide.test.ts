import { decide } from './decide.js'
import { allows } from './decision.js'
import { intersect } from './intersect.js'
import { type Caller, type Grant, type ProductPolicy, VISITOR } from './policy.js'

const GB = { property: 'country_code', op: 'eq' as const, value: 'GB' }
const FR = { property: 'country_code', op: 'eq' as const, value: 'FR' }

const person = (subject: string, ...roles: string[]): Caller => ({
  subject: `user:${subject}`,
  authenticated: true,
  roles,
  scopes: [],
})
const anna = person('anna', 'analyst')

let count = 0
function grant(given: Partial<Grant>): Grant {
  return {
    id: `g${count++}`,
    effect: 'allow',
    subject: 'role:analyst',
    actions: ['read', 'discover'],
    dataset: 'orders',
    origin: 'declared',
    by: 'test',
    at: '2026-01-01T00:00:00Z',
    ...given,
  }
}

function policy(
  grants: Grant[],
  given: Partial<ProductPolicy> & { dataset?: Partial<ProductPolicy['datasets'][number]> } = {},
): ProductPolicy {
  const { dataset, ...rest } = given
  return {
    product: 'uk-sales',
    domain: 'europe/uk',
    version: '1',
    visibility: 'internal',
    coordinates: [],
    grants,
    datasets: [
      {
        name: 'orders',
        visibility: 'internal',
        discover: 'visible',
        primaryKey: ['order_id'],
        properties: [
          { name: 'order_id', discover: 'visible' },
          { name: 'amount', classification: 'internal', discover: 'visible' },
          { name: 'currency', classification: 'public', discover: 'visible' },
          { name: 'customer_email', classification: 'restricted', discover: 'visible' },
          { name: 'margin', classification: 'confidential', discover: 'granted' },
          { name: 'note', discover: 'visible' },
        ],
        coordinates: [],
        propertyCoordinates: {},
        ...dataset,
      },
    ],
    ...rest,
  }
}

const orders = (grants: Grant[], caller: Caller, given?: Parameters<typeof policy>[1], now?: Date) =>
  decide(policy(grants, given), caller, now).datasets.orders!

describe('who must not get in', () => {
  it('a visitor sees nothing of an internal product, whatever is granted to anyone with a token', () => {
    const decision = decide(policy([grant({ subject: '*' }), grant({ subject: 'visitor' })]), VISITOR)
    expect(decision.discover).toBe(false)
    expect(decision.datasets.orders).toMatchObject({ discover: false, read: false })
    expect(
      Object.values(decision.datasets.orders!.properties).some(
        property => property.discover || property.read !== false,
      ),
    ).toBe(false)
  })

  it('a role named like a person or a machine does not become one', () => {
    const impostor = person('eve', 'user:anna', 'product:europe-sales', '*')
    expect(orders([grant({ subject: 'user:anna' }), grant({ subject: 'product:europe-sales' })], impostor).read).toBe(
      false,
    )
  })

  it('no grant: the names may be known, the data not, and a withheld name not even that', () => {
    const decision = orders([], person('bob'))
    expect(decision).toMatchObject({ discover: true, read: false })
    expect(decision.properties.customer_email).toEqual({ discover: true, read: false })
    expect(decision.properties.margin).toEqual({ discover: false, read: false })
  })

  it('a grant before its time, after its time, or with an unreadable time is none', () => {
    const now = new Date('2026-06-01T00:00:00Z')
    expect(orders([grant({ from: '2026-06-01T00:00:01Z' })], anna, {}, now).read).toBe(false)
    expect(orders([grant({ until: '2026-06-01T00:00:00Z' })], anna, {}, now).read).toBe(false)
    expect(orders([grant({ until: 'soon' })], anna, {}, now).read).toBe(false)
    expect(orders([grant({ from: '2026-06-01T00:00:00Z', until: '2026-06-01T00:00:01Z' })], anna, {}, now).read).toBe(
      true,
    )
    expect(orders([grant({}), grant({ effect: 'deny', until: 'soon' })], anna, {}, now).read).toBe(false)
  })

  it('a grant by classification gives neither what is stricter nor what nobody classified', () => {
    const { properties } = orders([grant({ classifications: ['public', 'internal'] })], anna)
    expect(properties.amount!.read).toBe(true)
    expect(properties.customer_email!.read).toBe(false)
    expect(properties.note!.read).toBe(false)
  })

  it('deny wins over allow, for one property and for the whole dataset, also where it names a key', () => {
    expect(orders([grant({}), grant({ effect: 'deny', properties: ['amount'] })], anna).properties.amount!.read).toBe(
      false,
    )
    expect(orders([grant({}), grant({ effect: 'deny' })], anna).read).toBe(false)
    expect(orders([grant({}), grant({ effect: 'deny', properties: ['order_id'] })], anna).read).toBe(false)
    const hidden = orders([grant({}), grant({ effect: 'deny', actions: ['discover'], properties: ['amount'] })], anna)
    expect(hidden.properties.amount).toEqual({ discover: false, read: false })
  })

  it('control of a dataset is not control of the product', () => {
    expect(decide(policy([grant({ actions: ['control'] })]), anna).actions).toEqual([])
    expect(decide(policy([grant({ actions: ['control'], dataset: '*' })]), anna).actions).toEqual([
      'control',
      'observe',
    ])
    const denied = policy([
      grant({ actions: ['control'], dataset: '*' }),
      grant({ effect: 'deny', actions: ['control'], dataset: '*' }),
    ])
    expect(decide(denied, anna).actions).toEqual(['observe'])
  })
})

describe('rows and cells', () => {
  it('two filtered grants open both sets of rows, and each property only in the rows its own grant opens', () => {
    const { rows, properties } = orders(
      [grant({ rowFilter: GB }), grant({ rowFilter: FR, properties: ['amount'] })],
      anna,
    )
    expect(rows).toEqual({ or: [GB, FR] })
    expect(properties.amount!.read).toBe(true)
    expect(properties.customer_email!.read).toEqual([{ when: GB }])
  })

  it('a mask holds unless another grant shows the value plainly, and then only in its rows', () => {
    const masked = grant({ masks: { amount: { kind: 'hash' } } })
    expect(orders([masked], anna).properties.amount!.read).toEqual([{ mask: { kind: 'hash' } }])
    expect(orders([masked, grant({ rowFilter: GB })], anna).properties.amount!.read).toEqual([
      { when: GB },
      { mask: { kind: 'hash' } },
    ])
    expect(orders([masked, grant({})], anna).properties.amount!.read).toBe(true)
  })

  it('a denial with a row filter takes rows out, of the dataset or of one property', () => {
    expect(orders([grant({}), grant({ effect: 'deny', rowFilter: GB })], anna).rows).toEqual({ not: GB })
    const { properties } = orders([grant({}), grant({ effect: 'deny', rowFilter: GB, properties: ['amount'] })], anna)
    expect(properties.amount!.read).toEqual([{ when: { not: GB } }])
    expect(properties.note!.read).toBe(true)
  })
})

describe('what is public', () => {
  const open = { visibility: 'public' as const, dataset: { visibility: 'public' as const } }
  it('a visitor reads the public properties and the key of a public dataset, nothing else', () => {
    const { read, properties } = orders([], VISITOR, open)
    expect(read).toBe(true)
    expect(properties.currency!.read).toBe(true)
    expect(properties.order_id!.read).toBe(true)
    expect([properties.amount!.read, properties.note!.read, properties.margin!.read]).toEqual([false, false, false])
  })
  it('a dataset known to all with nothing public in it shows a visitor its names, and neither rows nor keys', () => {
    const properties = [
      { name: 'order_id', discover: 'visible' as const },
      { name: 'amount', classification: 'internal', discover: 'visible' as const },
    ]
    const decided = orders([], VISITOR, { visibility: 'public', dataset: { visibility: 'public', properties } })
    expect(decided).toMatchObject({ discover: true, read: false })
    expect(decided.properties.order_id).toEqual({ discover: true, read: false })
  })
  it('a public property of an internal dataset needs the dataset', () => {
    expect(orders([], person('bob')).properties.currency!.read).toBe(false)
  })
})

describe('keys, fingerprints, intersections', () => {
  it('answers for the keys that @policy carries, and for no other product or inherited name', () => {
    const decision = decide(policy([grant({ classifications: ['internal'] })]), anna)
    expect(allows(decision, 'uk-sales/orders')).toBe(true)
    expect(allows(decision, 'uk-sales/orders/amount')).toBe(true)
    expect(allows(decision, 'uk-sales/orders/margin')).toBe(false)
    expect(allows(decision, 'fr-sales/orders')).toBe(false)
    expect(allows(decision, 'uk-sales')).toBe(false)
    expect(allows(decision, 'uk-sales/orders/constructor')).toBe(false)
    expect(allows(decision, 'uk-sales/__proto__/read')).toBe(false)
  })

  it('equal rights of different people have one fingerprint, different rights do not', () => {
    const under = policy([
      grant({ rowFilter: GB }),
      grant({ subject: 'user:bob', rowFilter: GB }),
      grant({ subject: 'user:eve' }),
    ])
    const of = (caller: Caller) => decide(under, caller).fingerprint
    expect(of(anna)).toBe(of(person('bob')))
    expect(of(anna)).not.toBe(of(person('eve')))
  })

  it('decisions that differ in anything have fingerprints that differ', () => {
    const FR = { ...GB, value: 'FR' }
    const kinds: Parameters<typeof grant>[0][][] = [
      [],
      [{}],
      [{ classifications: ['internal'] }],
      [{ actions: ['read', 'observe'], dataset: '*' }],
      [{ rowFilter: GB }],
      [{ rowFilter: FR }],
      [{ rowFilter: GB }, { rowFilter: FR }],
      [{ masks: { amount: { kind: 'first', length: 1 } } }],
      [{ masks: { amount: { kind: 'first', length: 2 } } }],
      [{ rowFilter: GB, masks: { amount: { kind: 'first', length: 1 } } }],
      [{}, { effect: 'deny', properties: ['amount'] }],
    ]
    const all = kinds.map(grants => decide(policy(grants.map(one => grant(one))), anna))
    const contents = all.map(({ fingerprint, policyVersion, ...content }) => JSON.stringify(content))
    expect(new Set(contents).size).toBe(kinds.length)
    expect(new Set(all.map(({ fingerprint }) => fingerprint)).size).toBe(kinds.length)
  })

  it('an intersection never shows more than either side', () => {
    const wide = decide(policy([grant({})]), anna)
    const narrow = decide(
      policy([
        grant({ rowFilter: GB, classifications: ['internal'], masks: { amount: { kind: 'first', length: 1 } } }),
      ]),
      anna,
    )
    for (const both of [intersect(wide, narrow), intersect(narrow, wide)]) {
      expect(both.datasets.orders!.rows).toEqual(GB)
      expect(both.datasets.orders!.properties.customer_email!.read).toBe(false)
      expect(both.datasets.orders!.properties.amount!.read).toEqual([{ when: GB, mask: { kind: 'first', length: 1 } }])
    }
    expect(intersect(wide, decide(policy([]), anna)).datasets.orders!.read).toBe(false)
  })
})
