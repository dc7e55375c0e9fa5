SELECT id, destination, content_type, message_type, body, headers, created_at, due_at
FROM outbox
WHERE coalesce(due_at, '-infinity'::timestamptz) >= $1 AND due_at IS NOT NULL AND (due_at > $1 OR id > $2)
ORDER BY coalesce(due_at, '-infinity'::timestamptz), id
LIMIT $3
