-- As text, ids are in the order of their bytes.
SELECT TOP (@limit) id, destination, content_type, message_type, body, headers, created_at, due_at
FROM outbox
WHERE due_from >= @due AND due_at IS NOT NULL AND (due_at > @due OR CONVERT(char(36), id) > CONVERT(char(36), @id))
ORDER BY due_from, CONVERT(char(36), id)
