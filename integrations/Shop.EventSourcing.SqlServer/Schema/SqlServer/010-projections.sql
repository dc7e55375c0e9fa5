-- The generations of each projection: the one that is read, the one that is built beside it, and the one before. Rows are in the
-- table of the read model's name, and in the same with __next or __previous; checkpoints under the projection's name, #next, #previous.
-- A projection that was never touched by anybody has no row: it is live, generation 1, and runs.
CREATE TABLE projections (
  name           nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
  slot           nvarchar(20)  COLLATE Latin1_General_100_BIN2 NOT NULL CHECK (slot IN (N'live', N'next', N'previous', N'moving')),
  generation     bigint        NOT NULL,
  began_at       datetime2(6),
  goal           bigint        NOT NULL, -- where the log stood when this generation was begun
  paused_at      datetime2(6),
  paused_by      nvarchar(max),
  paused_why     nvarchar(max),
  error          nvarchar(max),
  error_position bigint,
  error_event    nvarchar(max),
  error_at       datetime2(6),
  CONSTRAINT projections_slot PRIMARY KEY (name, slot)
);

CREATE TABLE projection_skips (
  name       nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
  generation bigint        NOT NULL,
  position   bigint        NOT NULL,
  event      nvarchar(max) NOT NULL,
  error      nvarchar(max) NOT NULL,
  skipped_by nvarchar(max) NOT NULL,
  reason     nvarchar(max) NOT NULL,
  skipped_at datetime2(6)  NOT NULL,
  CONSTRAINT projection_skips_position PRIMARY KEY (name, generation, position)
);
