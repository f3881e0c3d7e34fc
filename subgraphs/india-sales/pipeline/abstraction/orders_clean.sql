-- Tills send at least once and correct themselves: of one sale the latest revision counts.
SELECT
  order_id,
  epoch_ms(ordered_at * 1000) AS ordered_at,
  nullif(trim(customer_name), '') AS customer_name,
  nullif(lower(trim(customer_email)), '') AS customer_email,
  CASE upper(trim(country)) WHEN 'IND' THEN 'IN' ELSE nullif(upper(trim(country)), '') END AS country_code,
  CASE lower(trim(category))
    WHEN 'spices' THEN 'other'
    ELSE coalesce(nullif(lower(trim(category)), ''), 'other')
  END AS product_category,
  quantity,
  amount,
  upper(trim(currency)) AS currency,
  cost
FROM input.orders
QUALIFY row_number() OVER (PARTITION BY order_id ORDER BY changed_at DESC) = 1
