-- Position of the last event. Whoever appends locks this row first: see docs/adr/0003-log-positions-in-commit-order.md.
CREATE TABLE log_head (
  id       boolean PRIMARY KEY DEFAULT true CHECK (id),
  position bigint  NOT NULL
);

INSERT INTO log_head (position) VALUES (0);

CREATE TABLE streams (
  id      bigint PRIMARY KEY, -- position of the stream's first event
  name    text   NOT NULL UNIQUE,
  version bigint NOT NULL
) WITH (fillfactor = 80);

CREATE TABLE events (
  position    bigint      PRIMARY KEY,
  stream_id   bigint      NOT NULL,
  version     bigint      NOT NULL,
  event_id    uuid        NOT NULL,
  type        text        NOT NULL,
  data        text        NOT NULL, -- JSON; text, because it must come back byte for byte
  metadata    text,
  recorded_at timestamptz NOT NULL,
  UNIQUE (stream_id, version)
);

CREATE TABLE outbox (
  id            uuid        PRIMARY KEY,
  destination   text        NOT NULL,
  content_type  text        NOT NULL,
  message_type  text        NOT NULL,
  body          bytea       NOT NULL,
  headers       text,
  created_at    timestamptz NOT NULL,
  due_at        timestamptz,
  claimed_until timestamptz
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);

-- Messages to send at once come first, then scheduled ones by due time: a sweep stops at the first that is not due yet.
CREATE INDEX outbox_due ON outbox (coalesce(due_at, '-infinity'::timestamptz), created_at);

CREATE TABLE inbox (
  endpoint   text        NOT NULL,
  message_id uuid        NOT NULL,
  handled_at timestamptz NOT NULL,
  PRIMARY KEY (endpoint, message_id)
);

-- Entries arrive in the order of this column, so a range index of a few pages finds what to clean.
CREATE INDEX inbox_handled ON inbox USING brin (handled_at) WITH (autosummarize = on);

CREATE TABLE parked_messages (
  id           uuid        PRIMARY KEY,
  endpoint     text        NOT NULL,
  message_id   uuid,
  message_type text        NOT NULL,
  content_type text        NOT NULL,
  body         bytea       NOT NULL,
  headers      text,
  reason       text        NOT NULL,
  exception    text        NOT NULL,
  parked_at    timestamptz NOT NULL
);

CREATE TABLE checkpoints (
  projection text   PRIMARY KEY,
  position   bigint NOT NULL
);

CREATE VIEW log AS
SELECT e.position, s.name AS stream, e.version, e.type, e.recorded_at, e.data, e.metadata, e.event_id
FROM events e JOIN streams s ON s.id = e.stream_id;
