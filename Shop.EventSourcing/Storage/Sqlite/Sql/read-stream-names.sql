SELECT name, version, archived_version
FROM streams
WHERE name > ?2 AND name >= ?1 AND substr(name, 1, length(?1)) = ?1
ORDER BY name
LIMIT ?3;
