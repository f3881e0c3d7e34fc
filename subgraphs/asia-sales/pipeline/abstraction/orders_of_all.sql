-- The countries promise the same columns; only these may be read by this product. Yen have no cents.
SELECT
  'japan-sales' AS sold_by, order_id, ordered_at, CAST(amount AS DECIMAL(14, 2)) AS amount, currency, country_code,
  product_category, quantity, CAST(margin AS DECIMAL(14, 2)) AS margin
FROM input.japan_orders
UNION ALL
SELECT
  'india-sales' AS sold_by, order_id, ordered_at, amount, currency, country_code, product_category, quantity, margin
FROM input.india_orders
