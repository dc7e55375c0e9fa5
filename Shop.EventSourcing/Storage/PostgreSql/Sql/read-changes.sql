SELECT e.position, s.name, e.version
FROM events e JOIN streams s ON s.id = e.stream_id
WHERE e.position > $1
ORDER BY e.position
LIMIT $2
