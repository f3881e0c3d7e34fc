SELECT currency, month, rate_to_eur
FROM input.exchange_rates
ORDER BY currency, month
