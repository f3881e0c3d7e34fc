-- The journal has every change: of one order the latest counts. Japan is nine hours ahead of UTC all year.
SELECT
  order_id,
  try_strptime(ordered_at, '%Y/%m/%d %H:%M:%S') - INTERVAL 9 HOUR AS ordered_at,
  nullif(trim(customer_name), '') AS customer_name,
  nullif(lower(trim(customer_email)), '') AS customer_email,
  CASE upper(trim(country)) WHEN 'JPN' THEN 'JP' ELSE nullif(upper(trim(country)), '') END AS country_code,
  CASE trim(category)
    WHEN '本' THEN 'books'
    WHEN '園芸' THEN 'garden'
    WHEN 'キッチン' THEN 'kitchen'
    WHEN 'おもちゃ' THEN 'toys'
    WHEN '衣料' THEN 'clothing'
    WHEN '家電' THEN 'electronics'
    WHEN 'スポーツ' THEN 'sports'
    ELSE 'other'
  END AS product_category,
  quantity,
  amount,
  'JPY' AS currency,
  cost
FROM input.orders
QUALIFY row_number() OVER (PARTITION BY order_id ORDER BY changed_at DESC) = 1
