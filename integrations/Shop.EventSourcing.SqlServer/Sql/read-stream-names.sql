-- @end is the prefix and a character behind all others.
SELECT TOP (@limit) name, version, archived_version
FROM streams
WHERE name > @after AND name >= @prefix AND name < @end
ORDER BY name
