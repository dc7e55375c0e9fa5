INSERT INTO parked_messages (id, endpoint, message_id, message_type, content_type, body, headers, reason, exception, parked_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10);
