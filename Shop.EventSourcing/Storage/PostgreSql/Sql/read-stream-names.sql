SELECT name, version, archived_version
FROM streams
WHERE name > $2 AND name >= $1 AND starts_with(name, $1)
ORDER BY name
LIMIT $3
