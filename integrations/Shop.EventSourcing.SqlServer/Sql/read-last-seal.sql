SELECT TOP (1) first_position, last_position, digests, places, hash, sealed_at, key_id, signature
FROM seals
ORDER BY last_position DESC
