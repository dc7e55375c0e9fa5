SELECT g.name, g.first_position, g.last_position, g.events, g.checksum, g.archived_at
FROM streams s JOIN archived_streams a ON a.stream_id = s.id JOIN segments g ON g.name = a.segment
WHERE s.name = @stream AND a.last_version > @after AND a.first_version <= @to
ORDER BY a.first_version
