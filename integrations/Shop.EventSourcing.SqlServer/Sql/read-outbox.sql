SELECT TOP (@limit) id, destination, content_type, message_type, body, headers, created_at, due_at
FROM outbox
ORDER BY created_at, id
