-- Files of the archive, and which part of which stream is in which: see docs/archive.md.
CREATE TABLE segments (
  name           nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT segments_name PRIMARY KEY,
  first_position bigint        NOT NULL,
  last_position  bigint        NOT NULL,
  events         int           NOT NULL,
  checksum       varbinary(64) NOT NULL,
  archived_at    datetime2(6)  NOT NULL
);

CREATE TABLE archived_streams (
  stream_id     bigint        NOT NULL,
  first_version bigint        NOT NULL,
  last_version  bigint        NOT NULL,
  segment       nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
  CONSTRAINT archived_streams_part PRIMARY KEY (stream_id, first_version)
);

-- The last version that is in the archive.
ALTER TABLE streams ADD archived_version bigint NOT NULL CONSTRAINT streams_archived DEFAULT 0;

CREATE TYPE part_rows AS TABLE (
  stream        nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY,
  first_version bigint        NOT NULL,
  last_version  bigint        NOT NULL
);

CREATE TYPE archived_event_rows AS TABLE (
  position    bigint           NOT NULL PRIMARY KEY,
  stream      nvarchar(400)    COLLATE Latin1_General_100_BIN2 NOT NULL,
  version     bigint           NOT NULL,
  event_id    uniqueidentifier NOT NULL,
  type        nvarchar(400)    COLLATE Latin1_General_100_BIN2 NOT NULL,
  data        varbinary(max)   NOT NULL,
  metadata    varbinary(max),
  recorded_at datetime2(6)     NOT NULL
);

GO

-- Notes a segment and deletes its events. @moved is 0 when the lease was taken over or given up; when something is not as it was when
-- the segment was written, error 50023 undoes everything.
CREATE PROCEDURE move_out
  @lease nvarchar(400), @token bigint, @milliseconds int,
  @name nvarchar(400), @first bigint, @last bigint, @events int, @checksum varbinary(64), @archived_at datetime2(6),
  @parts part_rows READONLY, @moved bit OUTPUT
AS
BEGIN
  SET NOCOUNT ON;
  EXEC keep_lease @lease, @token, @milliseconds, @moved OUTPUT;
  IF @moved = 0
    RETURN;

  DECLARE @changed int;
  UPDATE s
  SET archived_version = p.last_version
  FROM @parts p JOIN streams s ON s.name = p.stream
  WHERE s.archived_version = p.first_version - 1 AND s.version >= p.last_version
  OPTION (LOOP JOIN);
  SET @changed = @@ROWCOUNT;
  IF @changed <> (SELECT COUNT(*) FROM @parts)
    THROW 50023, 'Another part of one of these streams is in the archive already.', 1;

  DELETE e
  FROM @parts p JOIN streams s ON s.name = p.stream JOIN events e ON e.stream_id = s.id AND e.version BETWEEN p.first_version AND p.last_version
  OPTION (LOOP JOIN);
  SET @changed = @@ROWCOUNT;
  IF @changed <> @events OR NOT EXISTS (SELECT 1 FROM events WHERE position > @last)
    THROW 50023, 'The events of these streams are not those of the segment, or the newest event of the log is among them.', 1;

  INSERT INTO archived_streams (stream_id, first_version, last_version, segment)
  SELECT s.id, p.first_version, p.last_version, @name
  FROM @parts p JOIN streams s ON s.name = p.stream
  OPTION (LOOP JOIN);

  INSERT INTO segments (name, first_position, last_position, events, checksum, archived_at)
  VALUES (@name, @first, @last, @events, @checksum, @archived_at);
END;

GO

-- Puts a segment's events back and forgets the segment. @moved is 0 when the lease was taken over or given up, or there is no such segment.
CREATE PROCEDURE move_back
  @lease nvarchar(400), @token bigint, @milliseconds int, @name nvarchar(400),
  @parts part_rows READONLY, @events archived_event_rows READONLY, @moved bit OUTPUT
AS
BEGIN
  SET NOCOUNT ON;
  EXEC keep_lease @lease, @token, @milliseconds, @moved OUTPUT;
  IF @moved = 0
    RETURN;
  DELETE FROM segments WHERE name = @name;
  SET @moved = CASE WHEN @@ROWCOUNT > 0 THEN 1 ELSE 0 END;
  IF @moved = 0
    RETURN;

  DECLARE @changed int;
  DELETE a
  FROM @parts p JOIN streams s ON s.name = p.stream JOIN archived_streams a ON a.stream_id = s.id AND a.first_version = p.first_version
  WHERE a.segment = @name
  OPTION (LOOP JOIN);
  SET @changed = @@ROWCOUNT;
  IF @changed <> (SELECT COUNT(*) FROM @parts)
    THROW 50023, 'The parts of streams in this segment are not those that were noted.', 1;

  INSERT INTO events (position, stream_id, version, event_id, type, data, metadata, recorded_at)
  SELECT e.position, s.id, e.version, e.event_id, e.type, e.data, e.metadata, e.recorded_at
  FROM @events e JOIN streams s ON s.name = e.stream
  OPTION (LOOP JOIN);
  SET @changed = @@ROWCOUNT;
  IF @changed <> (SELECT COUNT(*) FROM @events)
    THROW 50023, 'A stream of this segment is not there any more.', 1;

  UPDATE s
  SET archived_version = ISNULL((SELECT MAX(a.last_version) FROM archived_streams a WHERE a.stream_id = s.id), 0)
  FROM @parts p JOIN streams s ON s.name = p.stream
  OPTION (LOOP JOIN);
END;
