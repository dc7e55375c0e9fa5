-- The keys that protect personal data, one per data subject and erasure. With rowid: rows are appended in its order, never deleted and
-- never of another length, so that each stays where it was written and is overwritten there (docs/adr/0011-erasing-by-destroying-keys.md).
CREATE TABLE data_keys (
  key_id        TEXT    NOT NULL PRIMARY KEY,
  subject       TEXT    NOT NULL,
  master_key_id TEXT    NOT NULL CHECK (length(master_key_id) = 16), -- zeros: destroyed
  wrapped       TEXT    NOT NULL CHECK (length(wrapped) = 80),
  created_at    INTEGER NOT NULL
);
