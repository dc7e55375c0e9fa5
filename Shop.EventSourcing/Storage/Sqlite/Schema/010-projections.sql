-- The generations of each projection: the one that is read, the one that is built beside it, and the one before. Rows are in the
-- table of the read model's name, and in the same with __next or __previous; checkpoints under the projection's name, #next, #previous.
-- A projection that was never touched by anybody has no row: it is live, generation 1, and runs.
CREATE TABLE projections (
  name           TEXT    NOT NULL,
  slot           TEXT    NOT NULL CHECK (slot IN ('live', 'next', 'previous', 'moving')),
  generation     INTEGER NOT NULL,
  began_at       INTEGER,
  goal           INTEGER NOT NULL, -- where the log stood when this generation was begun
  paused_at      INTEGER,
  paused_by      TEXT,
  paused_why     TEXT,
  error          TEXT,
  error_position INTEGER,
  error_event    TEXT,
  error_at       INTEGER,
  PRIMARY KEY (name, slot)
) WITHOUT ROWID;

CREATE TABLE projection_skips (
  name       TEXT    NOT NULL,
  generation INTEGER NOT NULL,
  position   INTEGER NOT NULL,
  event      TEXT    NOT NULL,
  error      TEXT    NOT NULL,
  skipped_by TEXT    NOT NULL,
  reason     TEXT    NOT NULL,
  skipped_at INTEGER NOT NULL,
  PRIMARY KEY (name, generation, position)
) WITHOUT ROWID;

-- A lease is always free in a database of one process; its token still grows with each change of what it guards.
CREATE TABLE leases (
  name  TEXT    NOT NULL PRIMARY KEY,
  token INTEGER NOT NULL
) WITHOUT ROWID;
