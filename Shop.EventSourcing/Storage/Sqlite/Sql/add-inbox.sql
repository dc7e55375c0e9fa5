INSERT INTO inbox (endpoint, message_id, handled_at)
VALUES (?1, ?2, ?3)
ON CONFLICT (endpoint, message_id) DO NOTHING;
