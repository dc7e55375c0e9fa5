SELECT count(*), min(since), (SELECT count(*) FROM parked_messages)
FROM (
  SELECT coalesce(due_at, created_at) AS since
  FROM outbox
  WHERE coalesce(due_at, '-infinity'::timestamptz) <= $1
  ORDER BY coalesce(due_at, '-infinity'::timestamptz), created_at
  LIMIT $2) AS due
