SELECT id, endpoint, message_id, message_type, content_type, body, headers, reason, exception, parked_at
FROM parked_messages
WHERE id > $1 AND ($2 = '' OR (endpoint = $2 AND message_type = $3
  AND CASE WHEN exception = '' THEN reason ELSE split_part(exception, ':', 1) END = $4))
ORDER BY id
LIMIT $5
