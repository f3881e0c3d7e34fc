-- Of one order the latest change counts, whichever month it was delivered in.
SELECT
  order_id,
  ordered_at,
  nullif(trim(customer_name), '') AS customer_name,
  nullif(lower(trim(customer_email)), '') AS customer_email,
  -- Older tills write D for Germany.
  CASE upper(trim(country)) WHEN 'D' THEN 'DE' ELSE nullif(upper(trim(country)), '') END AS country_code,
  CASE lower(trim(category))
    WHEN 'bücher' THEN 'books'
    WHEN 'garten' THEN 'garden'
    WHEN 'küche' THEN 'kitchen'
    WHEN 'spielwaren' THEN 'toys'
    WHEN 'bekleidung' THEN 'clothing'
    WHEN 'elektronik' THEN 'electronics'
    WHEN 'sport' THEN 'sports'
    ELSE 'other'
  END AS product_category,
  quantity,
  CAST(replace(replace(amount, '.', ''), ',', '.') AS DECIMAL(12, 2)) AS amount,
  upper(trim(currency)) AS currency,
  CAST(replace(replace(cost, '.', ''), ',', '.') AS DECIMAL(12, 2)) AS cost
FROM input.orders
QUALIFY row_number() OVER (PARTITION BY order_id ORDER BY changed_at DESC) = 1
