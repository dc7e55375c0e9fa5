-- The keys that protect personal data, one per data subject and erasure. Rows are overwritten, never deleted.
CREATE TABLE data_keys (
  key_id        uuid        PRIMARY KEY,
  subject       text        NOT NULL,
  master_key_id text        NOT NULL CHECK (length(master_key_id) = 16), -- zeros: destroyed
  wrapped       text        NOT NULL CHECK (length(wrapped) = 80),
  created_at    timestamptz NOT NULL
) WITH (fillfactor = 90);
