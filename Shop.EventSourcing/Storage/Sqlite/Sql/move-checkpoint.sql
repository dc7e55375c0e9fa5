INSERT INTO checkpoints (projection, position)
SELECT ?1, ?3
WHERE coalesce((SELECT position FROM checkpoints WHERE projection = ?1), 0) = ?2
ON CONFLICT (projection) DO UPDATE SET position = excluded.position;
