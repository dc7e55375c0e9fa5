SET XACT_ABORT ON;
BEGIN TRANSACTION;
DECLARE @taken int;
UPDATE leases WITH (UPDLOCK, HOLDLOCK)
SET token = token + CASE WHEN holder = @holder THEN 0 ELSE 1 END,
    holder = @holder,
    expires_at = DATEADD(millisecond, @milliseconds, SYSUTCDATETIME())
WHERE name = @name AND (holder = @holder OR expires_at < SYSUTCDATETIME());
SET @taken = @@ROWCOUNT;
IF @taken = 0
BEGIN
  INSERT INTO leases (name, holder, token, expires_at)
  SELECT @name, @holder, 1, DATEADD(millisecond, @milliseconds, SYSUTCDATETIME())
  WHERE NOT EXISTS (SELECT 1 FROM leases WHERE name = @name);
  SET @taken = @@ROWCOUNT;
END;
SELECT token FROM leases WHERE name = @name AND @taken > 0;
COMMIT TRANSACTION;
