SELECT TOP (@limit) stream, version, shape, state, taken_at
FROM snapshots
WHERE stream > @after
ORDER BY stream
