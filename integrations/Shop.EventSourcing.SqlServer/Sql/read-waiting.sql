SELECT destination, COUNT_BIG(*), MIN(since)
FROM (
  SELECT TOP (@limit) destination, ISNULL(due_at, created_at) AS since
  FROM outbox
  WHERE due_from <= @now
  ORDER BY due_from, created_at) AS due
GROUP BY destination
ORDER BY COUNT_BIG(*) DESC, destination
