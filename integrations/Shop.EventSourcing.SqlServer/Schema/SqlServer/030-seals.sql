-- Each seals a run of the log: see docs/proof.md.
CREATE TABLE seals (
  last_position  bigint         NOT NULL CONSTRAINT seals_last PRIMARY KEY,
  first_position bigint         NOT NULL,
  digests        varbinary(max) NOT NULL,
  places         varbinary(max) NOT NULL,
  hash           varbinary(max) NOT NULL,
  sealed_at      datetime2(6)   NOT NULL,
  key_id         nvarchar(400)  NOT NULL,
  signature      varbinary(max) NOT NULL
);

GO

-- @added is 0, and nothing written, when the lease was taken over or given up, or the last seal has another hash.
CREATE PROCEDURE add_seal
  @lease nvarchar(400), @token bigint, @milliseconds int, @previous varbinary(max),
  @first bigint, @last bigint, @digests varbinary(max), @places varbinary(max), @hash varbinary(max), @sealed_at datetime2(6),
  @key_id nvarchar(400), @signature varbinary(max), @added bit OUTPUT
AS
BEGIN
  SET NOCOUNT ON;
  EXEC keep_lease @lease, @token, @milliseconds, @added OUTPUT;
  IF @added = 0
    RETURN;
  INSERT INTO seals (first_position, last_position, digests, places, hash, sealed_at, key_id, signature)
  SELECT @first, @last, @digests, @places, @hash, @sealed_at, @key_id, @signature
  WHERE ISNULL((SELECT TOP (1) hash FROM seals ORDER BY last_position DESC), 0x) = @previous;
  SET @added = CASE WHEN @@ROWCOUNT > 0 THEN 1 ELSE 0 END;
END;
