SELECT e.position, s.name, e.version, e.event_id, e.type, e.data, e.metadata, e.recorded_at
FROM streams s JOIN events e ON e.stream_id = s.id
WHERE s.name = ?1 AND e.version > ?2 AND e.version <= ?3
ORDER BY e.version
LIMIT ?4;
