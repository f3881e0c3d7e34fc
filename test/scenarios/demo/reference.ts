import { DuckDBInstance } from '@duckdb/node-api'

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
}

export async function expectedOf(sources: string): Promise<Expected> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
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
    CREATE TABLE rate AS SELECT currency, month::DATE AS month, rate_to_eur::DECIMAL(12, 6) AS rate
    FROM read_csv('${sources}/reference-geography/exchange-rates.csv', all_varchar = true)`)
  await connection.run(`
    CREATE TABLE country AS SELECT cca2 AS code FROM read_json('${sources}/reference-geography/countries.json')`)
  const expected: Expected = {
    ukOrders: Number(((await all('SELECT count(*)::INTEGER AS n FROM uk')) as { n: number }[])[0]!.n),
    ukByCategory: await all(`
      SELECT category AS product_category, count(*)::INTEGER AS orders, sum(amount)::DECIMAL(18, 2) AS total
      FROM uk GROUP BY ALL ORDER BY 1`),
    ukLargest: await all(`SELECT order_id, amount FROM uk ORDER BY amount DESC, ordered, order_id LIMIT 3`),
    byCountryAndMonth: await all(`
      WITH both_shops AS (
        SELECT ordered, code, amount, currency, margin FROM uk UNION ALL SELECT ordered, code, amount, currency, margin FROM france
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
  }
  connection.closeSync()
  instance.closeSync()
  return expected
}
