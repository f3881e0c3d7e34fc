SELECT notice_id, text FROM input.notices ORDER BY notice_id
