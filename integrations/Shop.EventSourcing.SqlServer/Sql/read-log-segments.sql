SELECT name, first_position, last_position, events, checksum, archived_at
FROM segments
WHERE last_position > @after AND first_position <= @to
ORDER BY first_position, name
