SELECT id, endpoint, message_id, message_type, content_type, body, headers, reason, exception, parked_at
FROM parked_messages
WHERE id = @id
