-- Position of the last event. Whoever appends locks this row first: see docs/adr/0024-the-head-of-the-log-on-sql-server.md.
CREATE TABLE log_head (
  id       tinyint NOT NULL CONSTRAINT log_head_id PRIMARY KEY CHECK (id = 1),
  position bigint  NOT NULL
);

INSERT INTO log_head (id, position) VALUES (1, 0);

CREATE TABLE streams (
  id      bigint        NOT NULL CONSTRAINT streams_id PRIMARY KEY, -- position of the stream's first event
  name    nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT streams_name UNIQUE,
  version bigint        NOT NULL
);

-- Instants are UTC.
CREATE TABLE events (
  position    bigint           NOT NULL CONSTRAINT events_position PRIMARY KEY,
  stream_id   bigint           NOT NULL,
  version     bigint           NOT NULL,
  event_id    uniqueidentifier NOT NULL,
  type        nvarchar(400)    COLLATE Latin1_General_100_BIN2 NOT NULL,
  data        varbinary(max)   NOT NULL, -- JSON in UTF-8, because it must come back byte for byte
  metadata    varbinary(max),
  recorded_at datetime2(6)     NOT NULL,
  CONSTRAINT events_version UNIQUE (stream_id, version)
);

CREATE TABLE outbox (
  id            uniqueidentifier NOT NULL CONSTRAINT outbox_id PRIMARY KEY NONCLUSTERED,
  destination   nvarchar(2000)   COLLATE Latin1_General_100_BIN2 NOT NULL,
  content_type  nvarchar(400)    NOT NULL,
  message_type  nvarchar(max)    NOT NULL,
  body          varbinary(max)   NOT NULL,
  headers       nvarchar(max),
  created_at    datetime2(6)     NOT NULL,
  due_at        datetime2(6),
  claimed_until datetime2(6),
  due_from      datetime2(6)     NOT NULL -- due_at; of messages to send at once the first instant that there is
);

-- Messages to send at once come first, then scheduled ones by due time: a sweep stops at the first that is not due yet.
CREATE CLUSTERED INDEX outbox_due ON outbox (due_from, created_at);

CREATE TABLE inbox (
  endpoint   nvarchar(400)    COLLATE Latin1_General_100_BIN2 NOT NULL,
  message_id uniqueidentifier NOT NULL,
  handled_at datetime2(6)     NOT NULL,
  CONSTRAINT inbox_message PRIMARY KEY NONCLUSTERED (endpoint, message_id)
);

-- Entries arrive in this order, and are cleaned from its beginning.
CREATE CLUSTERED INDEX inbox_handled ON inbox (handled_at);

CREATE TABLE parked_messages (
  id           uniqueidentifier NOT NULL CONSTRAINT parked_messages_id PRIMARY KEY,
  endpoint     nvarchar(400)    COLLATE Latin1_General_100_BIN2 NOT NULL,
  message_id   uniqueidentifier,
  message_type nvarchar(max)    COLLATE Latin1_General_100_BIN2 NOT NULL,
  content_type nvarchar(400)    NOT NULL,
  body         varbinary(max)   NOT NULL,
  headers      nvarchar(max),
  reason       nvarchar(max)    COLLATE Latin1_General_100_BIN2 NOT NULL,
  exception    nvarchar(max)    COLLATE Latin1_General_100_BIN2 NOT NULL,
  parked_at    datetime2(6)     NOT NULL
);

CREATE TABLE checkpoints (
  projection nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT checkpoints_projection PRIMARY KEY,
  position   bigint        NOT NULL
);

GO

-- For people. JSON as it is written here is ASCII.
CREATE VIEW log AS
SELECT e.position, s.name AS stream, e.version, e.type, e.recorded_at,
       CAST(e.data AS varchar(max)) AS data, CAST(e.metadata AS varchar(max)) AS metadata, e.event_id
FROM events e JOIN streams s ON s.id = e.stream_id;
