SELECT e.position, s.name, e.version, e.event_id, e.type, e.data, e.metadata, e.recorded_at
FROM events e JOIN streams s ON s.id = e.stream_id
WHERE e.position > $1
ORDER BY e.position
LIMIT $2
