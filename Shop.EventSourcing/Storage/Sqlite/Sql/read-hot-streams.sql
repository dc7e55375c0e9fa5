SELECT id, name, version, archived_version
FROM streams
WHERE id > ?1 AND version > archived_version
ORDER BY id
LIMIT ?2;
