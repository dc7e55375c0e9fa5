SELECT COUNT_BIG(*), MIN(since), (SELECT COUNT_BIG(*) FROM parked_messages)
FROM (
  SELECT TOP (@limit) ISNULL(due_at, created_at) AS since
  FROM outbox
  WHERE due_from <= @now
  ORDER BY due_from, created_at) AS due
