-- The export repeats and corrects lines: of one order the latest change counts.
SELECT
  order_id,
  try_strptime(ordered_at, ['%Y-%m-%d %H:%M:%S', '%Y-%m-%dT%H:%M:%SZ', '%d/%m/%Y %H:%M']) AS ordered_at,
  nullif(trim(customer_name), '') AS customer_name,
  nullif(lower(trim(customer_email)), '') AS customer_email,
  -- Customers type UK; ISO 3166-1 says GB.
  CASE upper(trim(country)) WHEN 'UK' THEN 'GB' WHEN '' THEN NULL ELSE upper(trim(country)) END AS country_code,
  coalesce(nullif(lower(trim(category)), ''), 'other') AS product_category,
  quantity,
  amount,
  upper(trim(currency)) AS currency,
  cost
FROM input.orders
QUALIFY row_number() OVER (PARTITION BY order_id ORDER BY changed_at DESC) = 1
