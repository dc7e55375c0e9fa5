CREATE TABLE snapshots (
  stream   nvarchar(450)     COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT snapshots_stream PRIMARY KEY,
  version  bigint            NOT NULL,
  shape    nvarchar(max)     COLLATE Latin1_General_100_BIN2 NOT NULL,
  state    nvarchar(max)     COLLATE Latin1_General_100_BIN2 NOT NULL, -- JSON
  taken_at datetimeoffset(6) NOT NULL
);
