SELECT TOP (@limit) id, name, version, archived_version
FROM streams
WHERE id > @after AND version > archived_version
ORDER BY id
