SELECT destination, count(*), min(since)
FROM (
  SELECT destination, coalesce(due_at, created_at) AS since
  FROM outbox
  WHERE coalesce(due_at, '-infinity'::timestamptz) <= $1
  ORDER BY coalesce(due_at, '-infinity'::timestamptz), created_at
  LIMIT $2) AS due
GROUP BY destination
ORDER BY count(*) DESC, destination
