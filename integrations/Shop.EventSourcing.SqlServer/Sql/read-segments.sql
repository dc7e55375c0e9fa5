SELECT TOP (@limit) name, first_position, last_position, events, checksum, archived_at
FROM segments
WHERE name > @after
ORDER BY name
