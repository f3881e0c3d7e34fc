SELECT
  country_code,
  month,
  CAST(order_count AS INTEGER) AS order_count,
  CAST(revenue AS DECIMAL(18, 2)) AS revenue,
  CAST(margin AS DECIMAL(18, 2)) AS margin
FROM abstraction.sales_of_all
ORDER BY month, country_code NULLS LAST
