UPDATE leases SET token = token + 1, expires_at = '0001-01-01' WHERE name = @name AND token = @token
