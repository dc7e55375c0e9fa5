SELECT e.version
FROM streams s JOIN events e ON e.stream_id = s.id
WHERE s.name = $1 AND e.recorded_at <= $2
ORDER BY e.version DESC
LIMIT 1
