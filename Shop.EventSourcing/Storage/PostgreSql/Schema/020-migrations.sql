-- Where the store came from, when it was not begun here. Until it is finished, no service opens it.
CREATE TABLE migrations (
  id          boolean     PRIMARY KEY DEFAULT true CHECK (id),
  source_id   uuid        NOT NULL,
  source      text        NOT NULL,
  started_at  timestamptz NOT NULL,
  finished_at timestamptz,
  position    bigint -- of the last event, when it was finished
);
