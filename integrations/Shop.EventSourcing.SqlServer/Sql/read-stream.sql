SELECT TOP (@limit) e.position, s.name, e.version, e.event_id, e.type, e.data, e.metadata, e.recorded_at, s.archived_version
FROM streams s LEFT JOIN events e ON e.stream_id = s.id AND e.version > @after AND e.version <= @to AND e.recorded_at <= @until
WHERE s.name = @stream
ORDER BY e.version
