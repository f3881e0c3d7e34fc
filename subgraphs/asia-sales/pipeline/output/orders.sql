SELECT
  order_id, sold_by, ordered_at, country_code, product_category, quantity, amount, currency, amount_eur, margin_eur
FROM abstraction.orders_in_euro
ORDER BY ordered_at, order_id
