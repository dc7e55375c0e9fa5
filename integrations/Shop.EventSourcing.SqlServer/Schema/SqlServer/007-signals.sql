-- What processes tell each other. SQL Server wakes nobody: who listens reads these few rows many times a second.
CREATE TABLE signals (
  topic       nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT signals_topic PRIMARY KEY,
  value       bigint        NOT NULL,
  changes     bigint        NOT NULL,
  signaled_at datetime2(6)  NOT NULL
);

CREATE TABLE listeners (
  id      uniqueidentifier NOT NULL CONSTRAINT listeners_id PRIMARY KEY,
  seen_at datetime2(6)     NOT NULL
);

CREATE TYPE signal_rows AS TABLE (
  topic nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY,
  value bigint        NOT NULL
);

GO

-- Of values in short order the highest stays.
CREATE PROCEDURE signal @rows signal_rows READONLY
AS
BEGIN
  SET NOCOUNT ON;
  UPDATE s
  SET value = CASE WHEN s.value > r.value AND s.signaled_at > DATEADD(second, -1, SYSUTCDATETIME()) THEN s.value ELSE r.value END,
      changes = s.changes + 1,
      signaled_at = SYSUTCDATETIME()
  FROM @rows r JOIN signals s ON s.topic = r.topic;

  INSERT INTO signals (topic, value, changes, signaled_at)
  SELECT r.topic, r.value, 1, SYSUTCDATETIME()
  FROM @rows r
  WHERE NOT EXISTS (SELECT 1 FROM signals s WITH (UPDLOCK, HOLDLOCK) WHERE s.topic = r.topic);
END;
