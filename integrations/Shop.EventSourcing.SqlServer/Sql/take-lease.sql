SET XACT_ABORT ON;
BEGIN TRANSACTION;
UPDATE leases WITH (UPDLOCK, HOLDLOCK)
SET token = token + CASE WHEN holder = @holder THEN 0 ELSE 1 END,
    holder = @holder,
    expires_at = DATEADD(millisecond, @milliseconds, SYSUTCDATETIME())
OUTPUT inserted.token
WHERE name = @name AND (holder = @holder OR expires_at < SYSUTCDATETIME());
IF @@ROWCOUNT = 0
  INSERT INTO leases (name, holder, token, expires_at)
  OUTPUT inserted.token
  SELECT @name, @holder, 1, DATEADD(millisecond, @milliseconds, SYSUTCDATETIME())
  WHERE NOT EXISTS (SELECT 1 FROM leases WHERE name = @name);
COMMIT TRANSACTION;
