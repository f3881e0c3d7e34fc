SELECT ship_id, name, flag, built, tonnage, edition
FROM input.ships CROSS JOIN abstraction.edition
ORDER BY ship_id
