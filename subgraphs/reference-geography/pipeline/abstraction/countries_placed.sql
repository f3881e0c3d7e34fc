-- The source knows regions, in which the Americas are one; continents need the subregion to tell them apart.
SELECT
  *,
  CASE
    WHEN region = 'Americas' AND subregion = 'South America' THEN 'SA'
    WHEN region = 'Americas' THEN 'NA'
    WHEN region = 'Africa' THEN 'AF'
    WHEN region = 'Asia' THEN 'AS'
    WHEN region = 'Europe' THEN 'EU'
    WHEN region = 'Oceania' THEN 'OC'
    WHEN region = 'Antarctic' THEN 'AN'
  END AS continent_code
FROM input.countries
