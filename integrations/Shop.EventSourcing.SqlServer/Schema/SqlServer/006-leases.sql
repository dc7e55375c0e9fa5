-- Who may do alone what must not be done twice at a time, by this server's clock.
CREATE TABLE leases (
  name       nvarchar(400)    COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT leases_name PRIMARY KEY,
  holder     uniqueidentifier NOT NULL,
  token      bigint           NOT NULL, -- grows with each takeover
  expires_at datetime2(6)     NOT NULL
);

GO

-- @kept is 0, and nothing written, when the lease was taken over or given up. The lease's row stays locked until the commit: a
-- takeover waits for it, and then finds what was written under it.
CREATE PROCEDURE keep_lease @lease nvarchar(400), @token bigint, @milliseconds int, @kept bit OUTPUT
AS
BEGIN
  SET NOCOUNT ON;
  UPDATE leases SET expires_at = DATEADD(millisecond, @milliseconds, SYSUTCDATETIME()) WHERE name = @lease AND token = @token;
  SET @kept = CASE WHEN @@ROWCOUNT > 0 THEN 1 ELSE 0 END;
END;

GO

-- @moved is 0, and nothing written, when the lease was lost or the checkpoint does not stand at @from.
CREATE PROCEDURE move_checkpoint
  @projection nvarchar(400), @lease nvarchar(400), @token bigint, @milliseconds int, @from bigint, @to bigint, @moved bit OUTPUT
AS
BEGIN
  SET NOCOUNT ON;
  EXEC keep_lease @lease, @token, @milliseconds, @moved OUTPUT;
  IF @moved = 0
    RETURN;
  UPDATE checkpoints SET position = @to WHERE projection = @projection AND position = @from;
  SET @moved = CASE WHEN @@ROWCOUNT > 0 THEN 1 ELSE 0 END;
  IF @moved = 0 AND @from = 0 AND NOT EXISTS (SELECT 1 FROM checkpoints WHERE projection = @projection)
  BEGIN
    INSERT INTO checkpoints (projection, position) VALUES (@projection, @to);
    SET @moved = 1;
  END;
END;
