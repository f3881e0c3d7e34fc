-- A country's customers buy on every continent.
SELECT country_code, month, sum(order_count) AS order_count, sum(revenue) AS revenue, sum(margin) AS margin
FROM (
  SELECT country_code, month, order_count, revenue, margin FROM input.europe
  UNION ALL
  SELECT country_code, month, order_count, revenue, margin FROM input.asia
) AS continents
GROUP BY country_code, month
