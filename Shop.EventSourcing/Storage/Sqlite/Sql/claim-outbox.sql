UPDATE outbox
SET claimed_until = ?2
WHERE id IN (
  SELECT id
  FROM outbox
  WHERE coalesce(due_at, 0) BETWEEN ?4 AND ?1 AND (claimed_until IS NULL OR claimed_until < ?1)
  ORDER BY coalesce(due_at, 0), created_at
  LIMIT ?3)
RETURNING id, destination, content_type, message_type, body, headers, created_at, due_at;
