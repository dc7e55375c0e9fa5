-- Also where nobody has it: whoever is just taking it waits for us, and then finds what we have changed.
UPDATE leases WITH (UPDLOCK, HOLDLOCK) SET token = token + 1, expires_at = '0001-01-01' WHERE name = @name;
IF @@ROWCOUNT = 0
  INSERT INTO leases (name, holder, token, expires_at) VALUES (@name, '00000000-0000-0000-0000-000000000000', 1, '0001-01-01');
