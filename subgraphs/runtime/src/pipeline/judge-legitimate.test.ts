import { judge } from './judge.js'
import { openSession, type Session } from './session.js'

/** What analysts write. Each must be accepted, and must really run in the session that models run in. */
const LEGITIMATE = [
  'SELECT * FROM input.orders',
  'FROM input.orders',
  'TABLE input.orders',
  'select * from INPUT.Orders',
  'SELECT "order_id" FROM "input"."orders"',
  'SELECT * FROM input.orders;',
  '-- why\nSELECT 1 AS one /* because */ -- and so on',
  "SELECT order_id AS id, amount * quantity AS total FROM input.orders WHERE amount > 10.50 AND currency <> 'EUR'",
  'SELECT * EXCLUDE (payload) REPLACE (upper(currency) AS currency) FROM input.orders',
  'SELECT * RENAME (order_id AS id) FROM input.orders',
  "SELECT COLUMNS('^order.*') FROM input.orders",
  "SELECT COLUMNS(c -> c LIKE 'order%') FROM input.orders",
  'SELECT min(COLUMNS(* EXCLUDE (tags, payload))) FROM input.orders',
  'SELECT DISTINCT currency FROM input.orders ORDER BY ALL',
  'SELECT DISTINCT ON (customer) customer, amount FROM input.orders ORDER BY customer, amount DESC NULLS LAST',
  'SELECT * FROM input.orders ORDER BY amount DESC LIMIT 10 OFFSET 5',
  'SELECT * FROM input.orders ORDER BY order_id LIMIT 10%',
  'WITH big AS (SELECT * FROM input.orders WHERE amount > 100) SELECT count(*) AS n FROM big',
  'WITH a AS (SELECT 1 AS x), b AS MATERIALIZED (SELECT x + 1 AS y FROM a) SELECT * FROM a, b',
  'WITH a(x, y) AS (VALUES (1, 2), (3, 4)) SELECT sum(x * y) AS s FROM a',
  'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10) SELECT sum(i) AS s FROM n',
  'WITH orders AS (SELECT * FROM input.orders) SELECT * FROM Orders',
  'SELECT * FROM (WITH x AS (SELECT 1 AS a) FROM x) AS y',
  'SELECT currency, count(*) AS n, sum(amount) AS total, avg(amount) AS mean FROM input.orders GROUP BY currency',
  'SELECT currency, customer, sum(amount) FROM input.orders GROUP BY ALL HAVING count(*) > 1',
  'SELECT currency, customer, grouping(currency) AS g, sum(amount) FROM input.orders GROUP BY ROLLUP (currency, customer)',
  'SELECT currency, customer, sum(amount) FROM input.orders GROUP BY CUBE (currency, customer)',
  'SELECT currency, customer, sum(amount) FROM input.orders GROUP BY GROUPING SETS ((currency), (customer), ())',
  "SELECT count(*) FILTER (WHERE currency = 'EUR') AS euros, count(DISTINCT customer) AS customers FROM input.orders",
  "SELECT string_agg(order_id, ', ' ORDER BY ordered_at DESC) AS ids, list(amount) AS amounts FROM input.orders",
  'SELECT quantile_cont(amount, [0.25, 0.5, 0.75]) AS quartiles, median(amount), mode(currency) FROM input.orders',
  'SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY amount) AS p50 FROM input.orders',
  'SELECT arg_max(order_id, amount) AS best, max(amount, 3) AS top FROM input.orders',
  'SELECT corr(amount, quantity), stddev(amount), regr_slope(amount, quantity) FROM input.orders',
  'SELECT *, row_number() OVER (PARTITION BY customer ORDER BY ordered_at) AS nth FROM input.orders',
  'SELECT order_id, lag(amount, 1, 0) OVER w AS before, lead(amount IGNORE NULLS) OVER w AS after FROM input.orders WINDOW w AS (ORDER BY ordered_at)',
  'SELECT sum(amount) OVER (ORDER BY ordered_at ROWS BETWEEN 6 PRECEDING AND CURRENT ROW EXCLUDE TIES) AS week FROM input.orders',
  'SELECT avg(amount) OVER (ORDER BY ordered_at RANGE BETWEEN INTERVAL 7 DAYS PRECEDING AND CURRENT ROW) AS mean FROM input.orders',
  'SELECT ntile(4) OVER (ORDER BY amount), percent_rank() OVER (ORDER BY amount), first_value(amount) OVER (ORDER BY ordered_at) FROM input.orders',
  'SELECT * FROM input.orders QUALIFY row_number() OVER (PARTITION BY order_id ORDER BY ordered_at DESC) = 1',
  'SELECT o.*, c.name FROM input.orders AS o LEFT JOIN input.countries AS c ON c.code = o.country',
  'SELECT * FROM input.orders JOIN input.countries ON code = country AND amount > 5',
  'SELECT * FROM input.orders AS o NATURAL JOIN (SELECT DISTINCT order_id FROM input.orders) AS p',
  'SELECT order_id FROM input.orders FULL OUTER JOIN input.countries ON code = country',
  'SELECT * FROM input.orders SEMI JOIN input.countries ON code = country',
  'SELECT * FROM input.orders ANTI JOIN input.countries ON code = country',
  'SELECT a.order_id FROM input.orders AS a CROSS JOIN input.countries AS b',
  'SELECT o.order_id, r.rate FROM input.orders AS o ASOF JOIN input.rates AS r ON o.currency = r.currency AND o.ordered_at >= r.since',
  'SELECT * FROM input.countries POSITIONAL JOIN input.rates',
  'SELECT o.order_id, t.tag FROM input.orders AS o, unnest(o.tags) AS t(tag)',
  'SELECT o.order_id, x.twice FROM input.orders AS o, LATERAL (SELECT o.amount * 2 AS twice) AS x',
  'SELECT order_id, unnest(tags) AS tag FROM input.orders',
  'SELECT * FROM input.orders WHERE country IN (SELECT code FROM input.countries)',
  'SELECT * FROM input.orders WHERE (order_id, currency) IN (SELECT order_id, currency FROM input.orders)',
  'SELECT * FROM input.orders AS o WHERE EXISTS (SELECT 1 FROM input.countries AS c WHERE c.code = o.country)',
  'SELECT (SELECT max(rate) FROM input.rates) AS rate, order_id FROM input.orders WHERE amount > ALL (SELECT 0)',
  "SELECT 'a' AS x UNION ALL SELECT 'b' UNION SELECT 'c' EXCEPT SELECT 'd' INTERSECT ALL SELECT 'e'",
  'SELECT 1 AS a, 2 AS b UNION ALL BY NAME SELECT 3 AS b',
  "VALUES (1, 'one'), (2, 'two')",
  "SELECT * FROM (VALUES (1, 'one')) AS v(n, name)",
  "SELECT * FROM (SELECT currency, amount FROM input.orders) PIVOT (sum(amount) FOR currency IN ('EUR', 'GBP'))",
  "PIVOT (SELECT customer, currency, amount FROM input.orders) ON currency IN ('EUR', 'GBP') USING sum(amount) AS total GROUP BY customer",
  'UNPIVOT (SELECT order_id, amount, CAST(quantity AS DECIMAL(12,2)) AS quantity FROM input.orders) ON amount, quantity INTO NAME what VALUE value',
  'SELECT * FROM (SELECT order_id, amount FROM input.orders) UNPIVOT (value FOR what IN (amount))',
  'SELECT * FROM input.orders USING SAMPLE reservoir(5 ROWS) REPEATABLE (42)',
  "SELECT date_trunc('month', ordered_at) AS month, extract(year FROM ordered_at) AS y, dayname(ordered_at) FROM input.orders",
  "SELECT ordered_at + INTERVAL 1 MONTH - INTERVAL '2 days' AS due, date_diff('day', ordered_at, TIMESTAMP '2026-12-31') FROM input.orders",
  "SELECT strftime(ordered_at, '%Y-%m') AS ym, try_strptime('31/02/2026', '%d/%m/%Y') AS never, last_day(ordered_at) FROM input.orders",
  "SELECT ordered_at AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/Paris' AS local, make_date(2026, 1, 31), epoch_ms(ordered_at) FROM input.orders",
  'SELECT time_bucket(INTERVAL 15 MINUTES, ordered_at) AS slot, count(*) FROM input.orders GROUP BY slot',
  "SELECT * FROM generate_series(DATE '2026-01-01', DATE '2026-12-01', INTERVAL 1 MONTH) AS months(month)",
  'SELECT range AS i FROM range(10)',
  "SELECT regexp_replace(customer, '[^a-z]', '', 'gi') AS letters, regexp_extract(order_id, '(\\d+)', 1), order_id SIMILAR TO '.*1' FROM input.orders",
  "SELECT lower(trim(customer)) || '!' AS loud, split_part(order_id, '-', 2), concat_ws('/', order_id, currency), customer ILIKE '%a%', customer LIKE 'a!%' ESCAPE '!' FROM input.orders",
  "SELECT left(customer, 1) AS initial, md5(customer), levenshtein(customer, 'Ann'), format('{:05d}', quantity), customer[1:2] FROM input.orders",
  'SELECT customer.upper().reverse() AS shouted FROM input.orders',
  'SELECT customer COLLATE NOCASE AS c FROM input.orders ORDER BY c',
  "SELECT list_transform(tags, x -> upper(x)) AS a, list_filter(tags, lambda x: length(x) > 1) AS b, [x || '?' FOR x IN tags IF x <> ''] AS c FROM input.orders",
  'SELECT list_reduce([1, 2, 3], (a, b) -> a + b) AS six, list_sum([1, 2]), flatten([[1], [2]]), list_sort(tags), len(tags), tags[1], tags[-1] FROM input.orders',
  "SELECT {'a': 1, 'b': [order_id]} AS s, {'a': 1}.a AS a, struct_pack(x := 1).x, row(1, 2) = row(1, 3), MAP {'k': 1}['k'] FROM input.orders",
  "SELECT payload ->> '$.name' AS name, json_extract(payload, '$.n')::INTEGER AS n, payload->'list'->0 FROM input.orders",
  "SELECT json_object('id', order_id) AS j, to_json({'a': 1}), json_group_array(order_id) FROM input.orders GROUP BY ALL",
  'SELECT o.order_id, e.key, e.value FROM input.orders AS o, json_each(o.payload) AS e',
  "SELECT CASE WHEN amount > 100 THEN 'big' WHEN amount > 10 THEN 'some' ELSE 'small' END AS size, CASE currency WHEN 'EUR' THEN 1 END FROM input.orders",
  "SELECT coalesce(customer, '?') AS c, nullif(currency, ''), ifnull(amount, 0), greatest(1, 2), if(amount > 1, 1, 0) FROM input.orders",
  'SELECT amount IS DISTINCT FROM 1, amount BETWEEN 1 AND 2, NOT (amount > 1), amount IS NOT NULL, -amount, amount % 3, 7 // 2, 2 ** 3, @(-1) FROM input.orders',
  "SELECT TRY_CAST(customer AS INTEGER) AS n, amount::DECIMAL(18, 4), '2026-01-01'::DATE, CAST(1 AS HUGEINT), TIMESTAMP '2026-01-01', currency::ENUM('EUR', 'GBP') FROM input.orders WHERE currency IN ('EUR', 'GBP')",
  'SELECT round(amount, 1), ceil(amount), abs(amount), sqrt(4), ln(2), power(2, 10), 1.5e3, 0xff, 1_000_000 FROM input.orders',
  'SELECT hash(order_id) % 10 AS bucket, typeof(amount), TRY(1 / 0) FROM input.orders',
  'SELECT approx_count_distinct(customer), histogram(currency), any_value(currency), bool_or(amount > 1), count_if(amount > 1) FROM input.orders',
  'SELECT o.current_date, o."current_user" FROM (SELECT 1 AS current_date, 2 AS "current_user") AS o',
  'SELECT * FROM abstraction.clean AS c JOIN input.orders USING (order_id)',
  "SELECT 'DROP TABLE x; ATTACH' AS text, $$it's$$ AS dollars, e'tab\\t' AS escaped, '\u212a ünï' AS letters",
]

describe('the judge accepts', () => {
  let session: Session
  beforeAll(async () => {
    session = await openSession({ limits: { memoryMegabytes: 256, threads: 1 } })
    for (const statement of [
      'CREATE SCHEMA input',
      `CREATE TABLE input.orders AS SELECT 'UK-' || i AS order_id, TIMESTAMP '2026-01-01' + to_hours(i::INTEGER) AS ordered_at,
         (i * 1.5)::DECIMAL(12,2) AS amount, i::INTEGER AS quantity, ['EUR', 'GBP'][1 + i % 2] AS currency,
         'Ann ' || i AS customer, 'GB' AS country, ['a', 'b' || i] AS tags, '{"name":"x","n":1,"list":[1]}'::JSON AS payload
       FROM range(1, 9) AS r(i)`,
      "CREATE TABLE input.countries AS SELECT 'GB' AS code, 'United Kingdom' AS name",
      "CREATE TABLE input.rates AS SELECT 'EUR' AS currency, TIMESTAMP '2025-01-01' AS since, 1.0 AS rate",
      'CREATE TABLE abstraction.clean AS SELECT order_id FROM input.orders',
    ]) {
      await session.connection.run(statement)
    }
  })
  afterAll(() => session.close())

  test.each(LEGITIMATE.map(sql => [sql]))('%s', async sql => {
    const model = { name: 'good', layer: 'output' as const, file: 'pipeline/output/good.sql', sql }
    expect((await judge(session.connection, model)).problems).toEqual([])
    await session.connection.run(`CREATE OR REPLACE TEMP VIEW "model" AS\n${sql}\n`)
    await session.connection.run('CREATE OR REPLACE TEMP TABLE made AS FROM temp.main."model"')
  })

  test('and says what is read, once, where it is first said', async () => {
    const sql = 'WITH x AS (\n  SELECT * FROM input.Orders\n)\nSELECT * FROM x, abstraction.clean, input.orders AS o'
    const model = { name: 'm', layer: 'output' as const, file: 'm.sql', sql }
    expect(await judge(session.connection, model)).toMatchObject({
      problems: [],
      reads: [
        { schema: 'input', table: 'Orders', place: { file: 'm.sql', line: 2, column: 17 } },
        { schema: 'abstraction', table: 'clean', place: { file: 'm.sql', line: 4, column: 18 } },
      ],
    })
  })

  test('positions count characters, not bytes', async () => {
    const model = {
      name: 'm',
      layer: 'output' as const,
      file: 'm.sql',
      sql: "SELECT 'ünï',\n  'ü', now() FROM input.orders",
    }
    const { problems } = await judge(session.connection, model)
    expect(problems).toMatchObject([{ code: 'SQL_NOT_REPRODUCIBLE', line: 2, column: 8 }])
  })
})
