SELECT endpoint, message_type, failure, count(*), min(parked_at), max(parked_at)
FROM (
  SELECT endpoint, message_type, parked_at, CASE WHEN exception = '' THEN reason ELSE split_part(exception, ':', 1) END AS failure
  FROM parked_messages) AS parked
GROUP BY endpoint, message_type, failure
ORDER BY count(*) DESC, endpoint, message_type, failure
