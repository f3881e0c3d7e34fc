-- The countries promise the same columns; only these may be read by this product.
SELECT
  'uk-sales' AS sold_by, order_id, ordered_at, amount, currency, country_code, product_category, quantity, margin
FROM input.uk_orders
UNION ALL
SELECT
  'france-sales' AS sold_by, order_id, ordered_at, amount, currency, country_code, product_category, quantity, margin
FROM input.france_orders
UNION ALL
SELECT
  'germany-sales' AS sold_by, order_id, ordered_at, amount, currency, country_code, product_category, quantity, margin
FROM input.germany_orders
