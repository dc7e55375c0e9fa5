-- The generations of each projection: the one that is read, the one that is built beside it, and the one before. Rows are in the
-- table of the read model's name, and in the same with __next or __previous; checkpoints under the projection's name, #next, #previous.
-- A projection that was never touched by anybody has no row: it is live, generation 1, and runs.
CREATE TABLE projections (
  name           text        NOT NULL,
  slot           text        NOT NULL CHECK (slot IN ('live', 'next', 'previous', 'moving')),
  generation     bigint      NOT NULL,
  began_at       timestamptz,
  goal           bigint      NOT NULL, -- where the log stood when this generation was begun
  paused_at      timestamptz,
  paused_by      text,
  paused_why     text,
  error          text,
  error_position bigint,
  error_event    text,
  error_at       timestamptz,
  PRIMARY KEY (name, slot)
);

CREATE TABLE projection_skips (
  name       text        NOT NULL,
  generation bigint      NOT NULL,
  position   bigint      NOT NULL,
  event      text        NOT NULL,
  error      text        NOT NULL,
  skipped_by text        NOT NULL,
  reason     text        NOT NULL,
  skipped_at timestamptz NOT NULL,
  PRIMARY KEY (name, generation, position)
);
