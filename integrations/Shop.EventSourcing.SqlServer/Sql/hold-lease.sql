UPDATE leases SET token = token WHERE name = @name AND token = @token
