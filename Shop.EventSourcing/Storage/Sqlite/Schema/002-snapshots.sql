CREATE TABLE snapshots (
  stream   TEXT    NOT NULL PRIMARY KEY,
  version  INTEGER NOT NULL,
  shape    TEXT    NOT NULL,
  state    TEXT    NOT NULL, -- JSON
  taken_at INTEGER NOT NULL
);
