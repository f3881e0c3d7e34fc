import { DuckDBInstance } from '@duckdb/node-api'
import Sqlite from 'better-sqlite3'

/**
 * What the demo must say, from the generated files alone: plain DuckDB SQL that shares nothing with the products' models
 * but the meaning of the files.
 */
export interface Expected {
  ukOrders: number
  ukByCategory: { product_category: string; orders: number; total: string }[]
  ukLargest: { order_id: string; amount: string }[]
  byCountryAndMonth: {
    country_code: string | null
    month: string
    order_count: number
    revenue: string
    margin: string | null
  }[]
  /** Of each country's product: orders, and the sum of their amounts in their own currencies. */
  countries: { product: string; orders: number; total: string }[]
  byContinent: { continent_code: string | null; order_count: number; revenue: string; margin: string | null }[]
}

export async function expectedOf(sources: string): Promise<Expected> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run("SET TimeZone = 'UTC'")
  const all = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJson() as never
  await connection.run(`
    CREATE TABLE uk AS
    SELECT DISTINCT ON (order_id)
      order_id,
      coalesce(
        try_cast(replace(replace(ordered_at, 'T', ' '), 'Z', '') AS TIMESTAMP),
        try_strptime(ordered_at, '%d/%m/%Y %H:%M')
      ) AS ordered,
      CASE WHEN upper(trim(country)) = 'UK' THEN 'GB' ELSE nullif(upper(trim(country)), '') END AS code,
      coalesce(nullif(lower(category), ''), 'other') AS category,
      amount::DECIMAL(12, 2) AS amount, upper(currency) AS currency,
      amount::DECIMAL(12, 2) - nullif(cost, '')::DECIMAL(12, 2) AS margin
    FROM read_csv('${sources}/uk-sales/*.csv*', all_varchar = true, header = true, ignore_errors = true)
    WHERE try_cast(amount AS DECIMAL(12, 2)) IS NOT NULL
    ORDER BY order_id, changed_at DESC`)
  await connection.run(`
    CREATE TABLE france AS
    WITH lines AS (
      SELECT json FROM read_json_objects('${sources}/france-sales/*.ndjson', format = 'newline_delimited', ignore_errors = true)
      WHERE json IS NOT NULL
    ), typed AS (
      SELECT json ->> 'numero' AS order_id, json ->> 'date' AS text, upper(json ->> 'pays') AS code,
        try_cast(json ->> 'montant' AS DECIMAL(12, 2)) AS amount, json ->> 'devise' AS currency,
        try_cast(json ->> 'cout' AS DECIMAL(12, 2)) AS cost, json ->> 'modifie_le' AS changed
      FROM lines
    )
    SELECT DISTINCT ON (order_id) order_id,
      coalesce(try_strptime(text, '%d/%m/%Y %H:%M:%S'), try_cast(rtrim(replace(text, 'T', ' '), 'Z') AS TIMESTAMP)) AS ordered,
      code, amount, currency, amount - cost AS margin
    FROM typed WHERE amount IS NOT NULL ORDER BY order_id, changed DESC`)
  await connection.run(`
    CREATE TABLE germany AS
    SELECT DISTINCT ON (auftrag) auftrag AS order_id, erfasst::TIMESTAMPTZ AT TIME ZONE 'UTC' AS ordered,
      CASE WHEN upper(land) = 'D' THEN 'DE' ELSE upper(land) END AS code, upper(waehrung) AS currency,
      translate(replace(betrag, '.', ''), ',', '.')::DECIMAL(12, 2) AS amount,
      amount - translate(replace(einstand, '.', ''), ',', '.')::DECIMAL(12, 2) AS margin
    FROM read_parquet('${sources}/germany-sales/*/*/*.parquet', hive_partitioning = true)
    WHERE auftrag IS NOT NULL ORDER BY auftrag, geaendert DESC`)
  await connection.run(`
    CREATE TABLE india AS
    WITH sale AS (
      SELECT unnest(json::JSON[]) AS sale FROM read_csv('${sources}/india-sales/*.ndjson', columns = {json: 'VARCHAR'},
        header = false, delim = '\x01', quote = '', escape = '', max_line_size = 10000000)
    )
    SELECT DISTINCT ON (order_id) sale ->> 'order' AS order_id, to_timestamp((sale ->> 'sold_at')::BIGINT) AT TIME ZONE 'UTC' AS ordered,
      CASE WHEN upper(sale ->> 'country') = 'IND' THEN 'IN' ELSE nullif(upper(sale ->> 'country'), '') END AS code,
      sale ->> 'currency' AS currency, (sale ->> 'amount')::DECIMAL(14, 2) AS amount,
      amount - (sale ->> 'cost')::DECIMAL(14, 2) AS margin
    FROM sale WHERE sale ->> 'amount' <> 'ERR' ORDER BY order_id, (sale ->> 'revision')::BIGINT DESC`)
  // DuckDB's npm build has no sqlite extension: the rows come through the driver.
  const shop = new Sqlite(`${sources}/japan-sales/shop.sqlite`, { readonly: true })
  await connection.run(
    'CREATE TABLE journal (id VARCHAR, ordered_at VARCHAR, country VARCHAR, amount BIGINT, cost BIGINT, changed VARCHAR)',
  )
  const appender = await connection.createAppender('journal')
  const rows = shop.prepare(`SELECT order_no, ordered_at, country, amount_yen, cost_yen, changed_at FROM order_journal
    WHERE typeof(quantity) = 'integer'`).raw().iterate() as Iterable<[string, string, string | null, number, number | null, string]> // biome-ignore format: one question
  for (const [id, at, country, amount, cost, changed] of rows) {
    appender.appendVarchar(id)
    appender.appendVarchar(at)
    if (country === null) appender.appendNull()
    else appender.appendVarchar(country)
    appender.appendBigInt(BigInt(amount))
    if (cost === null) appender.appendNull()
    else appender.appendBigInt(BigInt(cost))
    appender.appendVarchar(changed)
    appender.endRow()
  }
  appender.closeSync()
  shop.close()
  await connection.run(`
    CREATE TABLE japan AS
    SELECT DISTINCT ON (id) id AS order_id, strptime(ordered_at || ' +0900', '%Y/%m/%d %H:%M:%S %z') AT TIME ZONE 'UTC' AS ordered,
      CASE WHEN upper(country) = 'JPN' THEN 'JP' ELSE upper(country) END AS code, 'JPY' AS currency,
      amount::DECIMAL(14, 2) AS amount, (amount - cost)::DECIMAL(14, 2) AS margin
    FROM journal ORDER BY id, changed DESC`)
  await connection.run(`
    CREATE TABLE rate AS SELECT currency, month::DATE AS month, rate_to_eur::DECIMAL(12, 6) AS rate
    FROM read_csv('${sources}/reference-geography/exchange-rates.csv', all_varchar = true)`)
  await connection.run(`
    CREATE TABLE country AS SELECT cca2 AS code, CASE region WHEN 'Americas' THEN if(subregion = 'South America', 'SA', 'NA') WHEN 'Antarctic' THEN 'AN' ELSE upper(region[1:2]) END AS continent FROM read_json('${sources}/reference-geography/countries.json')`)
  const expected: Expected = {
    ukOrders: Number(((await all('SELECT count(*)::INTEGER AS n FROM uk')) as { n: number }[])[0]!.n),
    ukByCategory: await all(`
      SELECT category AS product_category, count(*)::INTEGER AS orders, sum(amount)::DECIMAL(18, 2) AS total
      FROM uk GROUP BY ALL ORDER BY 1`),
    ukLargest: await all(`SELECT order_id, amount FROM uk ORDER BY amount DESC, ordered, order_id LIMIT 3`),
    byCountryAndMonth: await all(`
      WITH both_shops AS (
        SELECT ordered, code, amount, currency, margin FROM uk UNION ALL SELECT ordered, code, amount, currency, margin FROM france
        UNION ALL SELECT ordered, code, amount, currency, margin FROM germany
      ), euro AS (
        SELECT
          CASE WHEN code IN (SELECT code FROM country) THEN code END AS country_code,
          make_date(year(ordered), month(ordered), 1) AS month,
          (amount * (SELECT rate FROM rate WHERE rate.currency = b.currency AND rate.month = make_date(year(ordered), month(ordered), 1)))::DECIMAL(14, 2) AS amount,
          (margin * (SELECT rate FROM rate WHERE rate.currency = b.currency AND rate.month = make_date(year(ordered), month(ordered), 1)))::DECIMAL(14, 2) AS margin
        FROM both_shops AS b
      )
      SELECT country_code, month::VARCHAR AS month, count(*)::INTEGER AS order_count,
        sum(amount)::DECIMAL(18, 2) AS revenue, sum(margin)::DECIMAL(18, 2) AS margin
      FROM euro GROUP BY ALL ORDER BY month, country_code NULLS LAST`),
    countries: await all(
      ['france', 'germany', 'india', 'japan', 'uk']
        .map(
          name =>
            `SELECT '${name}-sales' AS product, count(*)::INTEGER AS orders, sum(amount)::DECIMAL(18, 2) AS total FROM ${name}`,
        )
        .join(' UNION ALL '),
    ),
    byContinent: await all(`
      WITH everything AS (
        ${['france', 'germany', 'india', 'japan', 'uk'].map(name => `SELECT ordered, code, amount, currency, margin FROM ${name}`).join(' UNION ALL ')}
      )
      SELECT continent AS continent_code, count(*)::INTEGER AS order_count,
        sum((amount * rate)::DECIMAL(14, 2))::DECIMAL(18, 2) AS revenue, sum((margin * rate)::DECIMAL(14, 2))::DECIMAL(18, 2) AS margin
      FROM everything AS e
      LEFT JOIN rate ON rate.currency = e.currency AND rate.month = date_trunc('month', e.ordered)
      LEFT JOIN country ON country.code = e.code
      GROUP BY ALL ORDER BY continent NULLS LAST`),
  }
  connection.closeSync()
  instance.closeSync()
  return expected
}
