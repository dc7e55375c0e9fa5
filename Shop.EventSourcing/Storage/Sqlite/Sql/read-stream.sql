SELECT e.position, s.name, e.version, e.event_id, e.type, e.data, e.metadata, e.recorded_at, s.archived_version
FROM streams s LEFT JOIN events e ON e.stream_id = s.id AND e.version > ?2 AND e.version <= ?3 AND e.recorded_at <= ?4
WHERE s.name = ?1
ORDER BY e.version
LIMIT ?5;
