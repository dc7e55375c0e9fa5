INSERT INTO seals (first_position, last_position, digests, places, hash, sealed_at, key_id, signature)
SELECT ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9
WHERE coalesce((SELECT hash FROM seals ORDER BY last_position DESC LIMIT 1), x'') = ?1;
