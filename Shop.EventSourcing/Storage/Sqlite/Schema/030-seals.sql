-- Each seals a run of the log: see docs/proof.md.
CREATE TABLE seals (
  last_position  INTEGER PRIMARY KEY,
  first_position INTEGER NOT NULL,
  digests        BLOB    NOT NULL,
  places         BLOB    NOT NULL,
  hash           BLOB    NOT NULL,
  sealed_at      INTEGER NOT NULL,
  key_id         TEXT    NOT NULL,
  signature      BLOB    NOT NULL
);
