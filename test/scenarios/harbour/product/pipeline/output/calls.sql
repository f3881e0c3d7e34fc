SELECT call_id, ship_id, arrived_at, berth, fee, pilot_name, remark, profit, edition
FROM input.calls CROSS JOIN abstraction.edition
ORDER BY call_id
