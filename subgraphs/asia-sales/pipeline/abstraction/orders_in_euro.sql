-- Rounded order by order, so that sums over orders and over months agree to the cent.
SELECT
  o.*,
  CAST(date_trunc('month', o.ordered_at) AS DATE) AS month,
  CAST(o.amount * r.rate_to_eur AS DECIMAL(14, 2)) AS amount_eur,
  CAST(o.margin * r.rate_to_eur AS DECIMAL(14, 2)) AS margin_eur
FROM abstraction.orders_of_all AS o
LEFT JOIN input.exchange_rates AS r
  ON r.currency = o.currency AND r.month = CAST(date_trunc('month', o.ordered_at) AS DATE)
