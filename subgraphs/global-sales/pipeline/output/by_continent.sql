SELECT
  c.continent_code,
  CAST(sum(s.order_count) AS INTEGER) AS order_count,
  CAST(sum(s.revenue) AS DECIMAL(18, 2)) AS revenue,
  CAST(sum(s.margin) AS DECIMAL(18, 2)) AS margin
FROM abstraction.sales_of_all AS s
LEFT JOIN input.countries AS c ON c.code = s.country_code
GROUP BY c.continent_code
ORDER BY c.continent_code NULLS LAST
