-- Files of the archive, and which part of which stream is in which: see docs/archive.md.
CREATE TABLE segments (
  name           text        COLLATE "C" PRIMARY KEY,
  first_position bigint      NOT NULL,
  last_position  bigint      NOT NULL,
  events         integer     NOT NULL,
  checksum       bytea       NOT NULL,
  archived_at    timestamptz NOT NULL
);

CREATE TABLE archived_streams (
  stream_id     bigint NOT NULL,
  first_version bigint NOT NULL,
  last_version  bigint NOT NULL,
  segment       text   NOT NULL,
  PRIMARY KEY (stream_id, first_version)
);

-- The last version that is in the archive.
ALTER TABLE streams ADD COLUMN archived_version bigint NOT NULL DEFAULT 0;

-- Notes a segment and deletes its events. False when the lease was taken over or given up; when something is not as it was when the
-- segment was written, an exception undoes everything.
CREATE FUNCTION move_out(
  p_lease text, p_token bigint, p_duration interval,
  p_name text, p_first bigint, p_last bigint, p_events int, p_checksum bytea, p_archived_at timestamptz,
  p_streams text[], p_first_versions bigint[], p_last_versions bigint[])
RETURNS boolean
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
  changed bigint;
BEGIN
  UPDATE leases SET expires_at = clock_timestamp() + p_duration WHERE name = p_lease AND token = p_token;
  IF NOT FOUND THEN
    RETURN false;
  END IF;

  UPDATE streams s
  SET archived_version = p.last_version
  FROM unnest(p_streams, p_first_versions, p_last_versions) AS p (stream, first_version, last_version)
  WHERE s.name = p.stream AND s.archived_version = p.first_version - 1 AND s.version >= p.last_version;
  GET DIAGNOSTICS changed = ROW_COUNT;
  IF changed <> cardinality(p_streams) THEN
    RAISE EXCEPTION 'Another part of one of these streams is in the archive already.' USING ERRCODE = 'SH001';
  END IF;

  DELETE FROM events e
  USING unnest(p_streams, p_first_versions, p_last_versions) AS p (stream, first_version, last_version) JOIN streams s ON s.name = p.stream
  WHERE e.stream_id = s.id AND e.version BETWEEN p.first_version AND p.last_version;
  GET DIAGNOSTICS changed = ROW_COUNT;
  IF changed <> p_events OR NOT EXISTS (SELECT 1 FROM events WHERE position > p_last) THEN
    RAISE EXCEPTION 'The events of these streams are not those of the segment, or the newest event of the log is among them.' USING ERRCODE = 'SH001';
  END IF;

  INSERT INTO archived_streams (stream_id, first_version, last_version, segment)
  SELECT s.id, p.first_version, p.last_version, p_name
  FROM unnest(p_streams, p_first_versions, p_last_versions) AS p (stream, first_version, last_version) JOIN streams s ON s.name = p.stream;

  INSERT INTO segments (name, first_position, last_position, events, checksum, archived_at)
  VALUES (p_name, p_first, p_last, p_events, p_checksum, p_archived_at);
  RETURN true;
END
$$;

-- Puts a segment's events back and forgets the segment. False when the lease was taken over or given up, or there is no such segment.
CREATE FUNCTION move_back(
  p_lease text, p_token bigint, p_duration interval, p_name text, p_streams text[], p_first_versions bigint[],
  p_position bigint[], p_stream text[], p_version bigint[], p_event_id uuid[], p_type text[], p_data text[], p_metadata text[], p_recorded_at timestamptz[])
RETURNS boolean
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
  changed bigint;
BEGIN
  UPDATE leases SET expires_at = clock_timestamp() + p_duration WHERE name = p_lease AND token = p_token;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  DELETE FROM segments WHERE name = p_name;
  IF NOT FOUND THEN
    RETURN false;
  END IF;

  DELETE FROM archived_streams a
  USING unnest(p_streams, p_first_versions) AS p (stream, first_version) JOIN streams s ON s.name = p.stream
  WHERE a.stream_id = s.id AND a.first_version = p.first_version AND a.segment = p_name;
  GET DIAGNOSTICS changed = ROW_COUNT;
  IF changed <> cardinality(p_streams) THEN
    RAISE EXCEPTION 'The parts of streams in this segment are not those that were noted.' USING ERRCODE = 'SH001';
  END IF;

  INSERT INTO events (position, stream_id, version, event_id, type, data, metadata, recorded_at)
  SELECT e.position, s.id, e.version, e.event_id, e.type, e.data, e.metadata, e.recorded_at
  FROM unnest(p_position, p_stream, p_version, p_event_id, p_type, p_data, p_metadata, p_recorded_at)
    AS e (position, stream, version, event_id, type, data, metadata, recorded_at)
  JOIN streams s ON s.name = e.stream;
  GET DIAGNOSTICS changed = ROW_COUNT;
  IF changed <> cardinality(p_position) THEN
    RAISE EXCEPTION 'A stream of this segment is not there any more.' USING ERRCODE = 'SH001';
  END IF;

  UPDATE streams s
  SET archived_version = coalesce((SELECT max(a.last_version) FROM archived_streams a WHERE a.stream_id = s.id), 0)
  WHERE s.name = ANY (p_streams);
  RETURN true;
END
$$;
