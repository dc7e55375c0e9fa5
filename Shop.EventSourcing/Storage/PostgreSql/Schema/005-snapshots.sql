CREATE TABLE snapshots (
  stream   text        COLLATE "C" PRIMARY KEY,
  version  bigint      NOT NULL,
  shape    text        NOT NULL,
  state    text        NOT NULL, -- JSON
  taken_at timestamptz NOT NULL
);
