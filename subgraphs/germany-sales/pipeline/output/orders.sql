SELECT
  order_id,
  ordered_at,
  amount,
  currency,
  customer_name,
  customer_email,
  country_code,
  product_category,
  quantity,
  CAST(amount - cost AS DECIMAL(12, 2)) AS margin
FROM abstraction.orders_clean
ORDER BY ordered_at, order_id
