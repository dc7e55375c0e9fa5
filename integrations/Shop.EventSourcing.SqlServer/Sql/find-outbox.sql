SELECT id, destination, content_type, message_type, body, headers, created_at, due_at FROM outbox WHERE id = @id
