SELECT call_id, berth FROM input.calls
