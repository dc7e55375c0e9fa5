-- A group of write sets as it travels. Sets, streams and appends are numbered from 1, events and messages in the order of the group.
-- Strings that nothing is looked up by are as long as they are: the tables tell which column is too short for one.

-- Only an append that is its stream's first in the group has the stream's name. "before" are the events that earlier appends of
-- the group add to the stream.
CREATE TYPE append_rows AS TABLE (
  write_set int           NOT NULL,
  number    int           NOT NULL,
  stream    int           NOT NULL,
  name      nvarchar(400) COLLATE Latin1_General_100_BIN2,
  expected  bigint        NOT NULL,
  before    bigint        NOT NULL,
  PRIMARY KEY (write_set, number)
);

-- "ahead" is how far the event is ahead of the version that its stream had before the group.
CREATE TYPE event_rows AS TABLE (
  number      int              NOT NULL PRIMARY KEY,
  write_set   int              NOT NULL,
  stream      int              NOT NULL,
  ahead       bigint           NOT NULL,
  event_id    uniqueidentifier NOT NULL,
  type        nvarchar(max)    NOT NULL,
  data        varbinary(max)   NOT NULL,
  metadata    varbinary(max),
  recorded_at datetime2(6)     NOT NULL
);

-- "again": an earlier set of the group handles the same message.
CREATE TYPE inbox_rows AS TABLE (
  write_set  int              NOT NULL PRIMARY KEY,
  endpoint   nvarchar(400)    COLLATE Latin1_General_100_BIN2 NOT NULL,
  message_id uniqueidentifier NOT NULL,
  handled_at datetime2(6)     NOT NULL,
  again      bit              NOT NULL
);

CREATE TYPE outbox_rows AS TABLE (
  number        int              NOT NULL PRIMARY KEY,
  write_set     int              NOT NULL,
  id            uniqueidentifier NOT NULL,
  destination   nvarchar(max)    NOT NULL,
  content_type  nvarchar(max)    NOT NULL,
  message_type  nvarchar(max)    NOT NULL,
  body          varbinary(max)   NOT NULL,
  headers       nvarchar(max),
  created_at    datetime2(6)     NOT NULL,
  due_at        datetime2(6),
  claimed_until datetime2(6)
);

CREATE TYPE parked_rows AS TABLE (
  number       int              NOT NULL PRIMARY KEY,
  write_set    int              NOT NULL,
  id           uniqueidentifier NOT NULL,
  endpoint     nvarchar(max)    NOT NULL,
  message_id   uniqueidentifier,
  message_type nvarchar(max)    NOT NULL,
  content_type nvarchar(max)    NOT NULL,
  body         varbinary(max)   NOT NULL,
  headers      nvarchar(max),
  reason       nvarchar(max)    NOT NULL,
  exception    nvarchar(max)    NOT NULL,
  parked_at    datetime2(6)     NOT NULL
);

-- Ids of messages to delete, and of those to look for. "late": an earlier set of this very group has added the message.
CREATE TYPE id_rows AS TABLE (
  number    int              NOT NULL PRIMARY KEY,
  write_set int              NOT NULL,
  id        uniqueidentifier NOT NULL,
  late      bit              NOT NULL
);
