-- Instants are microseconds since 1970 UTC. Ids are the 16 bytes of the GUID in big-endian order, so that version 7 sorts by time.
CREATE TABLE streams (
  id      INTEGER PRIMARY KEY, -- position of the stream's first event
  name    TEXT    NOT NULL UNIQUE,
  version INTEGER NOT NULL
);

CREATE TABLE events (
  position    INTEGER PRIMARY KEY,
  stream_id   INTEGER NOT NULL,
  version     INTEGER NOT NULL,
  event_id    BLOB    NOT NULL,
  type        TEXT    NOT NULL,
  data        TEXT    NOT NULL,
  metadata    TEXT,
  recorded_at INTEGER NOT NULL,
  UNIQUE (stream_id, version)
);

-- With rowid, unlike the other tables by id: bodies of a kilobyte would overflow the pages of a WITHOUT ROWID tree, which
-- doubled the cost of a commit.
CREATE TABLE outbox (
  id            BLOB    NOT NULL PRIMARY KEY,
  destination   TEXT    NOT NULL,
  content_type  TEXT    NOT NULL,
  message_type  TEXT    NOT NULL,
  body          BLOB    NOT NULL,
  headers       TEXT,
  created_at    INTEGER NOT NULL,
  due_at        INTEGER,
  claimed_until INTEGER
);

-- Messages to send at once come first, then scheduled ones by due time: a sweep stops at the first that is not due yet.
CREATE INDEX outbox_due ON outbox (coalesce(due_at, 0), created_at);

CREATE TABLE inbox (
  endpoint   TEXT    NOT NULL,
  message_id BLOB    NOT NULL,
  handled_at INTEGER NOT NULL,
  PRIMARY KEY (endpoint, message_id)
) WITHOUT ROWID;

CREATE INDEX inbox_handled ON inbox (handled_at);

CREATE TABLE parked_messages (
  id           BLOB    NOT NULL PRIMARY KEY,
  endpoint     TEXT    NOT NULL,
  message_id   BLOB,
  message_type TEXT    NOT NULL,
  content_type TEXT    NOT NULL,
  body         BLOB    NOT NULL,
  headers      TEXT,
  reason       TEXT    NOT NULL,
  exception    TEXT    NOT NULL,
  parked_at    INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE checkpoints (
  projection TEXT    NOT NULL PRIMARY KEY,
  position   INTEGER NOT NULL
) WITHOUT ROWID;

-- For people with the sqlite3 shell.
CREATE VIEW log AS
SELECT e.position, s.name AS stream, e.version, e.type, strftime('%Y-%m-%dT%H:%M:%fZ', e.recorded_at / 1e6, 'unixepoch') AS recorded_at,
       e.data, e.metadata, lower(hex(e.event_id)) AS event_id
FROM events e JOIN streams s ON s.id = e.stream_id;
