SELECT endpoint, message_type, failure, count(*), min(parked_at), max(parked_at)
FROM (
  SELECT endpoint, message_type, parked_at,
         CASE WHEN exception = '' THEN reason WHEN instr(exception, ':') > 0 THEN substr(exception, 1, instr(exception, ':') - 1) ELSE exception END AS failure
  FROM parked_messages)
GROUP BY endpoint, message_type, failure
ORDER BY count(*) DESC, endpoint, message_type, failure;
