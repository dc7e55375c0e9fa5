UPDATE leases
SET token = token + 1, expires_at = '-infinity'
WHERE name = $1 AND token = $2
