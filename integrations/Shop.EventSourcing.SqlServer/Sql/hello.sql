UPDATE listeners WITH (UPDLOCK, HOLDLOCK) SET seen_at = SYSUTCDATETIME() WHERE id = @me;
IF @@ROWCOUNT = 0
  INSERT INTO listeners (id, seen_at) VALUES (@me, SYSUTCDATETIME());
DELETE FROM listeners WITH (READPAST) WHERE seen_at < DATEADD(second, -@forgotten, SYSUTCDATETIME());
