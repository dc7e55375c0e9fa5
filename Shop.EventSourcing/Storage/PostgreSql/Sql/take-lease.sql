INSERT INTO leases AS held (name, holder, token, expires_at)
VALUES ($1, $2, 1, clock_timestamp() + $3)
ON CONFLICT (name) DO UPDATE
SET holder = excluded.holder,
    token = held.token + CASE WHEN held.holder = excluded.holder THEN 0 ELSE 1 END,
    expires_at = clock_timestamp() + $3
WHERE held.holder = excluded.holder OR held.expires_at < clock_timestamp()
RETURNING token
