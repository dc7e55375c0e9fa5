SELECT endpoint, message_type, failure, COUNT_BIG(*), MIN(parked_at), MAX(parked_at)
FROM (
  SELECT endpoint, message_type, parked_at, CASE WHEN exception = N'' THEN reason ELSE LEFT(exception, CHARINDEX(N':', exception + N':') - 1) END AS failure
  FROM parked_messages) AS parked
GROUP BY endpoint, message_type, failure
ORDER BY COUNT_BIG(*) DESC, endpoint, message_type, failure
