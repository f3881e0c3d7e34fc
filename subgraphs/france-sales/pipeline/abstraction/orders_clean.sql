-- Tills deliver at least once and correct themselves: of one order the latest change counts.
SELECT
  order_id,
  try_strptime(ordered_at, ['%d/%m/%Y %H:%M:%S', '%Y-%m-%dT%H:%M:%S.%gZ', '%Y-%m-%d %H:%M:%S']) AS ordered_at,
  nullif(trim(customer_name), '') AS customer_name,
  nullif(lower(trim(customer_email)), '') AS customer_email,
  nullif(upper(trim(country)), '') AS country_code,
  -- The group's names of departments; what France alone sells is other.
  CASE lower(trim(category))
    WHEN 'livres' THEN 'books'
    WHEN 'jardin' THEN 'garden'
    WHEN 'cuisine' THEN 'kitchen'
    WHEN 'jouets' THEN 'toys'
    WHEN 'vêtements' THEN 'clothing'
    WHEN 'électronique' THEN 'electronics'
    WHEN 'sport' THEN 'sports'
    ELSE 'other'
  END AS product_category,
  quantity,
  amount,
  upper(trim(currency)) AS currency,
  cost
FROM input.orders
QUALIFY row_number() OVER (PARTITION BY order_id ORDER BY changed_at DESC) = 1
