-- Files of the archive, and which part of which stream is in which: see docs/archive.md.
CREATE TABLE segments (
  name           TEXT    NOT NULL PRIMARY KEY,
  first_position INTEGER NOT NULL,
  last_position  INTEGER NOT NULL,
  events         INTEGER NOT NULL,
  checksum       BLOB    NOT NULL,
  archived_at    INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE archived_streams (
  stream_id     INTEGER NOT NULL,
  first_version INTEGER NOT NULL,
  last_version  INTEGER NOT NULL,
  segment       TEXT    NOT NULL,
  PRIMARY KEY (stream_id, first_version)
) WITHOUT ROWID;

-- The last version that is in the archive.
ALTER TABLE streams ADD COLUMN archived_version INTEGER NOT NULL DEFAULT 0;
