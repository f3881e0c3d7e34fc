-- A code that reference-geography does not know stands under no country, and its orders still count.
SELECT
  c.code AS country_code,
  o.month,
  CAST(count(*) AS INTEGER) AS order_count,
  CAST(coalesce(sum(o.amount_eur), 0) AS DECIMAL(18, 2)) AS revenue,
  CAST(sum(o.margin_eur) AS DECIMAL(18, 2)) AS margin
FROM abstraction.orders_in_euro AS o
LEFT JOIN input.countries AS c ON c.code = o.country_code
GROUP BY c.code, o.month
ORDER BY o.month, c.code NULLS LAST
