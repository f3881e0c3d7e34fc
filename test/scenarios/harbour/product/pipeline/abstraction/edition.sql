SELECT CAST(count(*) AS INTEGER) AS edition FROM input.calls
