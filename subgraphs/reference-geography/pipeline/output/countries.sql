SELECT
  code, code_alpha_3, name, official_name, capital, continent_code, subregion, area_km2, landlocked, un_member, currency
FROM abstraction.countries_placed
ORDER BY code
