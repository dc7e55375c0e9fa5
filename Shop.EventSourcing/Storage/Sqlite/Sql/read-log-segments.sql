SELECT name, first_position, last_position, events, checksum, archived_at
FROM segments
WHERE last_position > ?1 AND first_position <= ?2
ORDER BY first_position, name;
