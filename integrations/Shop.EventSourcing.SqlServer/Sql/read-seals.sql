SELECT TOP (@limit) first_position, last_position, digests, places, hash, sealed_at, key_id, signature
FROM seals
WHERE last_position > @after
ORDER BY last_position
