-- The keys that protect personal data, one per data subject and erasure. Rows are overwritten, never deleted.
CREATE TABLE data_keys (
  key_id        uniqueidentifier  NOT NULL CONSTRAINT data_keys_id PRIMARY KEY,
  subject       nvarchar(400)     COLLATE Latin1_General_100_BIN2 NOT NULL,
  master_key_id nvarchar(16)      COLLATE Latin1_General_100_BIN2 NOT NULL CHECK (LEN(master_key_id) = 16), -- zeros: destroyed
  wrapped       nvarchar(80)      COLLATE Latin1_General_100_BIN2 NOT NULL CHECK (LEN(wrapped) = 80),
  created_at    datetimeoffset(6) NOT NULL
);
