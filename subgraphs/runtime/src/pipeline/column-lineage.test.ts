import { type Model, sourcesOf } from '@terrane/schema'
import { columnLineage, type TracedPort } from './column-lineage.js'
import { openSession, type Session } from './session.js'

const INPUTS: TracedPort[] = [
  { name: 'orders', columns: ['id', 'email', 'amount', 'cost', 'country', 'placed', 'tags'] },
  { name: 'countries', columns: ['code', 'name'] },
  { name: 'unknown' },
]
let session: Session
beforeAll(async () => {
  session = await openSession({ limits: { memoryMegabytes: 128, threads: 1 } })
})
afterAll(() => session.close())

async function trace(sql: string, ...before: [string, string][]) {
  const models: Model[] = [
    ...before.map(([name, text]) => ({ name, layer: 'abstraction' as const, file: `${name}.sql`, sql: text })),
    { name: 'result', layer: 'output', file: 'result.sql', sql },
  ]
  return (await columnLineage(session.connection, models, INPUTS)).at(-1)!
}

const short = (from: { table: string; column: string }[]) =>
  from.map(({ table, column }) => `${table.slice('input.'.length)}.${column}`).sort()
async function from(sql: string, column: string, ...before: [string, string][]) {
  return short(sourcesOf(await trace(sql, ...before), column))
}
const ALL_ORDERS = INPUTS[0]!.columns!.map(column => `orders.${column}`).sort()

describe('a column comes from', () => {
  const X: [what: string, sql: string, from: string[]][] = [
    ['the column that it is', 'SELECT email AS x FROM input.orders', ['orders.email']],
    ['whatever its expression names', 'SELECT amount - cost AS x FROM input.orders', ['orders.amount', 'orders.cost']],
    ['nothing where rows are counted', 'SELECT count(*) AS x FROM input.orders GROUP BY email', []],
    ['the column whose values are counted', 'SELECT count(email) AS x FROM input.orders', ['orders.email']],
    ['the filter of its aggregate', 'SELECT count(*) FILTER (WHERE cost > 1) AS x FROM input.orders', ['orders.cost']],
    [
      'the condition of its CASE',
      "SELECT CASE WHEN email LIKE 'a%' THEN 1 END AS x FROM input.orders",
      ['orders.email'],
    ],
    [
      'the order of its window',
      'SELECT row_number() OVER (PARTITION BY country ORDER BY cost) AS x FROM input.orders',
      ['orders.cost', 'orders.country'],
    ],
    ['the same through a star', 'SELECT email AS x, * FROM (SELECT * FROM input.orders)', ['orders.email']],
    ['an alias of the same list', 'SELECT cost AS y, y + 1 AS x FROM input.orders', ['orders.cost']],
    [
      'a table by its alias',
      'SELECT o.amount AS x FROM input.orders o JOIN input.countries c ON c.code = o.country',
      ['orders.amount'],
    ],
    ['a table by its whole name', 'SELECT input.orders.amount AS x FROM input.orders', ['orders.amount']],
    [
      'both sides of USING',
      'SELECT code AS x FROM (SELECT country AS code FROM input.orders) FULL JOIN input.countries USING (code)',
      ['countries.code', 'orders.country'],
    ],
    ['the column at a place', 'SELECT #2 AS x FROM input.orders', ['orders.email']],
    [
      'any column where a place is one of several tables',
      'SELECT #1 AS x FROM input.unknown, input.countries',
      ['countries.code', 'countries.name', 'unknown.*'],
    ],
    [
      'the column that is at its place once USING has merged two',
      `SELECT x FROM (SELECT * FROM (SELECT id, country FROM input.orders) a
       JOIN (SELECT id, email, placed FROM input.orders) b USING (id)) AS t(p, q, x)`,
      ['orders.email'],
    ],
    [
      'the column that is at its place once NATURAL has merged two',
      `SELECT x FROM (SELECT * FROM (SELECT id, country FROM input.orders) a
       NATURAL JOIN (SELECT id, email, placed FROM input.orders) b) AS t(p, q, x)`,
      ['orders.email'],
    ],
    ['the column that an arrow looks into', "SELECT email -> '$.a' AS x FROM input.orders", ['orders.email']],
    ['all below an arrow', "SELECT to_json(email) -> '$' AS x FROM input.orders", ['orders.email']],
    ['all of a row', 'SELECT o AS x FROM input.orders o', ALL_ORDERS],
    ['a field of a structure', 'SELECT tags.city AS x FROM input.orders', ['orders.tags']],
    [
      'both sides of a union, by position',
      'SELECT id AS x, email AS y FROM input.orders UNION ALL SELECT name, code FROM input.countries',
      ['countries.name', 'orders.id'],
    ],
    [
      'both sides of a union, by name',
      'SELECT id AS x, email AS y FROM input.orders UNION ALL BY NAME SELECT name AS y, code AS x FROM input.countries',
      ['countries.code', 'orders.id'],
    ],
    ['a WITH query', 'WITH q(x) AS (SELECT cost FROM input.orders) SELECT x FROM q', ['orders.cost']],
    [
      'a WITH query that reads itself',
      'WITH RECURSIVE q AS (SELECT id AS x, cost AS y FROM input.orders UNION ALL SELECT y, x FROM q) SELECT x FROM q',
      ['orders.cost', 'orders.id'],
    ],
    [
      'a subquery and its conditions',
      'SELECT (SELECT max(name) FROM input.countries c WHERE c.code = o.country) AS x FROM input.orders o',
      ['countries.code', 'countries.name', 'orders.country'],
    ],
    [
      'what EXISTS looks at',
      'SELECT EXISTS (SELECT 1 FROM input.countries c WHERE c.code = o.email) AS x FROM input.orders o',
      ['countries.code', 'orders.email'],
    ],
    [
      'what a lambda is given',
      'SELECT list_transform(tags, t -> t || country) AS x FROM input.orders',
      ['orders.country', 'orders.tags'],
    ],
    [
      'REPLACE of a star',
      'SELECT x FROM (SELECT * REPLACE (cost AS amount) FROM input.orders) AS t(a, b, x)',
      ['orders.cost'],
    ],
    ['RENAME of a star', 'SELECT * RENAME (cost AS x) FROM input.orders', ['orders.cost']],
    ['what unnest opens', 'SELECT u.x AS x FROM input.orders, unnest(tags) AS u(x)', ['orders.tags']],
    ['all that COLUMNS may choose', "SELECT max(COLUMNS('.*')) FROM input.orders", ALL_ORDERS],
    ['everything that a PIVOT was made of', "PIVOT input.orders ON country IN ('x') USING sum(amount)", ALL_ORDERS],
    ['a table of unknown columns', 'SELECT whatever AS x FROM input.unknown', ['unknown.*']],
    ['all that is read where it has no name', 'SELECT CAST(cost AS VARCHAR) FROM input.orders', ALL_ORDERS],
    ['VALUES', 'SELECT x FROM (VALUES (1), (2)) AS v(x), input.orders', []],
    [
      'a select that is joined to the left of it',
      'SELECT l.x FROM input.orders o, LATERAL (SELECT o.cost + 1 AS x) l',
      ['orders.cost'],
    ],
  ]
  test.each(X)('%s', async (_, sql, expected) => expect(await from(sql, 'x')).toEqual(expected))

  test('through models between', async () => {
    const between = 'SELECT id, amount - cost AS margin FROM input.orders WHERE email IS NOT NULL'
    const sql = 'SELECT sum(margin) AS x FROM abstraction.between GROUP BY id'
    const lineage = await trace(sql, ['between', between])
    expect(lineage.columns).toEqual([
      {
        name: 'x',
        from: [
          { table: 'input.orders', column: 'amount', how: 'AGGREGATION' },
          { table: 'input.orders', column: 'cost', how: 'AGGREGATION' },
        ],
      },
    ])
    expect(short(lineage.conditions)).toEqual(['orders.email', 'orders.id'])
  })

  test('a column taken as it is, or changed', async () => {
    const { columns } = await trace('SELECT id, upper(email) AS e, CAST(cost AS INTEGER) AS c FROM input.orders')
    expect(columns.map(({ from }) => from[0]!.how)).toEqual(['IDENTITY', 'TRANSFORMATION', 'TRANSFORMATION'])
  })
})

describe('rows depend on', () => {
  test.each<[string, string, string[]]>([
    ['WHERE', 'SELECT id FROM input.orders WHERE email IS NULL', ['orders.email']],
    [
      'JOIN ON',
      'SELECT o.id FROM input.orders o JOIN input.countries c ON c.code = o.country',
      ['countries.code', 'orders.country'],
    ],
    [
      'a semi join',
      'SELECT o.id FROM input.orders o SEMI JOIN input.countries c ON c.code = o.country',
      ['countries.code', 'countries.name', 'orders.country'],
    ],
    [
      'GROUP BY and HAVING',
      'SELECT count(*) FROM input.orders GROUP BY country HAVING max(cost) > 1',
      ['orders.cost', 'orders.country'],
    ],
    ['QUALIFY', 'SELECT id FROM input.orders QUALIFY row_number() OVER (ORDER BY placed) = 1', ['orders.placed']],
    ['ORDER BY with LIMIT', 'SELECT id FROM input.orders ORDER BY cost LIMIT 1', ['orders.cost']],
    ['GROUP BY a place', 'SELECT country AS c, count(*) FROM input.orders GROUP BY 1', ['orders.country']],
    ['ORDER BY a place', 'SELECT id, cost FROM input.orders ORDER BY 2 LIMIT 1', ['orders.cost']],
    [
      'ORDER BY a place of a union',
      'SELECT id, cost FROM input.orders UNION ALL SELECT id, amount FROM input.orders ORDER BY 2 LIMIT 1',
      ['orders.amount', 'orders.cost'],
    ],
    ['DISTINCT ON', 'SELECT DISTINCT ON (country) id FROM input.orders', ['orders.country']],
    ['the conditions of a subquery', 'SELECT id FROM (SELECT id FROM input.orders WHERE cost > 1)', ['orders.cost']],
  ])('%s', async (_, sql, expected) => expect(short((await trace(sql)).conditions)).toEqual(expected))
})

/** Against the engine itself: whatever changes a column of the result when it is changed must be among its sources. */
describe('what changes a column is among its sources', () => {
  const COLUMNS = ['id', 'email', 'amount', 'cost', 'country']
  const ROWS = [
    [1, 'a@x', 10, 4, 'GB'],
    [2, 'b@x', 20, 9, 'FR'],
    [3, null, 30, 2, 'GB'],
    [4, 'c@x', 5, 7, null],
  ]
  const CHANGES: Record<string, string> = {
    id: '10 - id',
    email: "coalesce(nullif(email, 'a@x'), 'd@x')",
    amount: '50 - 3 * amount',
    cost: '20 - cost * cost',
    country: "CASE country WHEN 'GB' THEN 'FR' ELSE 'GB' END",
  }
  const QUERIES = [
    'SELECT id, amount - cost AS margin, upper(email) AS e FROM input.orders WHERE country IS NOT NULL',
    'SELECT country, count(*) AS n, sum(amount) AS s, count(email) AS e FROM input.orders GROUP BY ALL',
    'SELECT *, cost > avg(amount) OVER (PARTITION BY country) AS dear FROM input.orders QUALIFY rank() OVER (ORDER BY id) < 4',
    'WITH best AS (SELECT country, max(cost) AS top FROM input.orders GROUP BY 1) SELECT o.id, b.top FROM input.orders o JOIN best b USING (country)',
    'SELECT id, (SELECT sum(i.amount) FROM input.orders i WHERE i.cost < o.cost) AS below FROM input.orders o',
    'SELECT id AS a, email AS b FROM input.orders UNION SELECT cost, country FROM input.orders WHERE amount > 6',
    'SELECT id AS a, amount AS b FROM input.orders EXCEPT SELECT cost, amount FROM input.orders',
    'SELECT * EXCLUDE (id, email) REPLACE (amount + id AS amount), list_reduce([amount, cost], (x, y) -> x + y) AS t FROM input.orders',
    "SELECT max(COLUMNS(c -> c IN ('amount', 'cost'))) AS \"top\" FROM input.orders",
    "SELECT unnest({'x': cost, 'y': email}), amount FROM input.orders",
    'SELECT a.id, b.amount AS other FROM input.orders a ANTI JOIN input.orders c ON c.cost = a.id, input.orders b WHERE b.id = a.id',
    'UNPIVOT (SELECT id, amount, cost FROM input.orders) ON amount, cost INTO NAME k VALUE v',
    "PIVOT (SELECT country, amount FROM input.orders) ON country IN ('GB', 'FR') USING sum(amount) AS s",
    'SELECT DISTINCT ON (country) country, id FROM input.orders ORDER BY country, cost',
    'WITH RECURSIVE r AS (SELECT id AS n, cost AS c FROM input.orders UNION SELECT n + 1, c FROM r WHERE n < 6) SELECT max(n) AS n, c FROM r GROUP BY c',
    'SELECT id, first(email ORDER BY cost) AS f FROM input.orders GROUP BY id, country',
    'SELECT l.x, o.id FROM input.orders o, LATERAL (SELECT o.amount * 2 AS x WHERE o.cost > 3) l',
    'SELECT o FROM input.orders o',
    'SELECT DISTINCT country, email FROM input.orders',
    'SELECT id % 2 AS a, cost AS b FROM input.orders UNION SELECT 1, id FROM input.orders',
    'FROM input.orders SELECT id, CASE WHEN email IS NULL THEN amount ELSE cost END AS v LIMIT 3',
    'SELECT id, amount AS cost, cost + 1 AS c FROM input.orders',
    'SELECT #2 AS x, #4 + 1 AS y FROM input.orders',
    'SELECT #3 AS x FROM (SELECT id FROM input.orders) a JOIN (SELECT id, email FROM input.orders) b USING (id)',
    "SELECT to_json(email) -> '$' AS x, {'a': cost}::JSON -> 'a' AS y FROM input.orders",
    'SELECT list_transform([amount], cost -> cost + 1) AS x FROM input.orders',
    'SELECT x FROM (SELECT * FROM (SELECT id, country FROM input.orders) a JOIN (SELECT id, email, cost FROM input.orders) b USING (id)) AS t(p, q, x)',
    'SELECT p, q FROM (SELECT * FROM (SELECT id, country FROM input.orders) a FULL JOIN (SELECT cost AS id, email FROM input.orders) b USING (id)) AS t(p, q)',
    'SELECT email AS e, count(*) AS n FROM input.orders GROUP BY 1',
    'SELECT id, cost FROM input.orders ORDER BY 2 LIMIT 2',
    'SELECT DISTINCT ON (2) id, country FROM input.orders ORDER BY 2, 1',
    'SELECT id FROM input.orders LIMIT (SELECT max(cost) % 3 FROM input.orders)',
    'SELECT a.* FROM input.orders a JOIN (SELECT id, cost % 2 AS odd FROM input.orders) b USING (id) WHERE odd = 1',
    'SELECT * EXCLUDE (a.email) FROM (SELECT id, email FROM input.orders) a JOIN (SELECT id AS i, email FROM input.orders) b ON a.id = b.i',
    'SELECT x FROM (SELECT id, upper(email) FROM input.orders) AS t(p, x)',
    "SELECT [x.cost FOR x IN [{'cost': amount}]] AS v FROM input.orders",
    'SELECT id, sum(amount) FILTER (WHERE cost > 3) AS s FROM input.orders GROUP BY ALL ORDER BY ALL',
    'SELECT id, lag(email) OVER w AS e FROM input.orders WINDOW w AS (ORDER BY cost)',
    'SELECT e FROM (SELECT id FROM input.orders) POSITIONAL JOIN (SELECT email AS e FROM input.orders ORDER BY cost)',
    'SELECT o.id, c.cost AS v FROM input.orders o ASOF JOIN (SELECT amount, cost FROM input.orders) c ON o.id >= c.amount',
    "SELECT (o).email AS x, struct_extract(o, 'cost') AS y FROM input.orders o",
    'SELECT v FROM (SELECT id, [email, country] AS l FROM input.orders) t, unnest(t.l) u(v)',
    'SELECT id FROM input.orders WHERE (id, cost) IN (SELECT id, amount FROM input.orders WHERE country IS NULL) OR id < 3',
  ]

  let engine: Session
  beforeAll(async () => {
    engine = await openSession({ limits: { memoryMegabytes: 128, threads: 1 } })
    await engine.connection.run('CREATE SCHEMA input')
    await engine.connection.run(
      'CREATE TABLE original (id INTEGER, email VARCHAR, amount INTEGER, cost INTEGER, country VARCHAR)',
    )
    const literal = (value: unknown) => (typeof value === 'string' ? `'${value}'` : String(value))
    await engine.connection.run(
      `INSERT INTO original VALUES ${ROWS.map(row => `(${row.map(literal).join(', ')})`).join(', ')}`,
    )
  })
  afterAll(() => engine.close())

  async function results(sql: string, changed?: string): Promise<Record<string, string>> {
    const change = changed === undefined ? '*' : `* REPLACE (${CHANGES[changed]} AS ${changed})`
    await engine.connection.run(`CREATE OR REPLACE VIEW input.orders AS SELECT ${change} FROM original`)
    const reader = await engine.connection.runAndReadAll(sql)
    const rows = reader.getRowsJson()
    return Object.fromEntries(
      reader.columnNames().map((name, at) => [name, JSON.stringify(rows.map(row => JSON.stringify(row[at])).sort())]),
    )
  }

  test.each(QUERIES)('%s', async sql => {
    const model: Model = { name: 'result', layer: 'output', file: 'result.sql', sql }
    const [lineage] = await columnLineage(engine.connection, [model], [{ name: 'orders', columns: COLUMNS }])
    const before = await results(sql)
    for (const changed of COLUMNS) {
      const after = await results(sql, changed)
      for (const name of Object.keys(before)) {
        if (before[name] === after[name]) continue
        const sources = [...sourcesOf(lineage!, name), ...lineage!.conditions].map(({ column }) => column)
        expect([name, sources]).toEqual([name, expect.arrayContaining([changed])])
      }
    }
  })
})
