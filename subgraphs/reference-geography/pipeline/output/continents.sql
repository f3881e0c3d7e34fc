SELECT code, name
FROM input.continents
ORDER BY code
