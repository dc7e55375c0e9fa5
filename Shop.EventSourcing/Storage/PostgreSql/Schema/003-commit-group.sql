-- Commits a group of write sets in one round trip. Sets, streams, appends and inbox keys are referred to by their number, from 1.
-- Which sets are accepted is decided in order, on arrays; what the accepted ones write is written by one statement per table.
-- Outcomes are those of WriteOutcome: 0 committed, 1 conflict, 2 duplicate.
--
-- The settings fix the plans: every access is by index from a few rows of an array, also while the tables are new and
-- their statistics say that they are empty.
CREATE FUNCTION commit_group(
  p_set_appends int[], p_set_inbox int[],
  p_inbox_endpoint text[], p_inbox_message_id uuid[], p_inbox_handled_at timestamptz[],
  p_streams text[],
  p_append_stream int[], p_append_expected bigint[], p_append_events int[],
  p_event_append int[], p_event_number int[], p_event_id uuid[], p_event_type text[], p_event_data text[], p_event_metadata text[],
  p_event_recorded_at timestamptz[],
  p_outbox_set int[], p_outbox_id uuid[], p_outbox_destination text[], p_outbox_content_type text[], p_outbox_message_type text[],
  p_outbox_body bytea[], p_outbox_headers text[], p_outbox_created_at timestamptz[], p_outbox_due_at timestamptz[],
  p_outbox_claimed_until timestamptz[],
  p_delete_set int[], p_delete_id uuid[],
  p_late_delete_set int[], p_late_delete_id uuid[],
  p_row_statements text[], p_rows text[])
RETURNS TABLE (outcomes int[], positions bigint[])
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
  head         bigint;
  old_head     bigint;
  stream_ids   bigint[];
  old_ids      bigint[];
  versions     bigint[];
  old_versions bigint[];
  handled      boolean[];
  fresh        boolean[]  := array_fill(false, ARRAY[cardinality(p_inbox_endpoint)]);
  lost         boolean[]  := '{}'; -- streams that a failed set of this group touches
  accepted     boolean[]  := array_fill(false, ARRAY[cardinality(p_set_appends)]);
  append_position bigint[] := array_fill(NULL::bigint, ARRAY[cardinality(p_append_stream)]);
  append_version  bigint[] := array_fill(NULL::bigint, ARRAY[cardinality(p_append_stream)]);
  first_append int;
  last_append  int := 0;
  checked      int;
  stream       int;
  key          int;
  outcome      int;
BEGIN
  SELECT position INTO STRICT head FROM log_head WHERE id FOR UPDATE;
  old_head := head;

  -- From here on every statement sees all that was ever committed, and nobody else commits.
  SELECT array_agg(coalesce(s.id, 0) ORDER BY n.number), array_agg(coalesce(s.version, 0) ORDER BY n.number) INTO stream_ids, versions
  FROM unnest(p_streams) WITH ORDINALITY AS n (name, number) LEFT JOIN streams s ON s.name = n.name;
  old_ids := stream_ids;
  old_versions := versions;

  SELECT array_agg(i.message_id IS NOT NULL ORDER BY n.number) INTO handled
  FROM unnest(p_inbox_endpoint, p_inbox_message_id) WITH ORDINALITY AS n (endpoint, message_id, number)
  LEFT JOIN inbox i ON i.endpoint = n.endpoint AND i.message_id = n.message_id;

  outcomes := array_fill(0, ARRAY[cardinality(p_set_appends)]);
  positions := array_fill(0::bigint, ARRAY[cardinality(p_set_appends)]);

  FOR write_set IN 1 .. cardinality(p_set_appends) LOOP
    outcome := 0;
    first_append := last_append + 1;
    last_append := last_append + p_set_appends[write_set];
    checked := first_append - 1;
    FOR append IN first_append .. last_append LOOP
      stream := p_append_stream[append];
      IF lost[stream] OR p_append_expected[append] NOT IN (-1, versions[stream]) THEN
        outcome := 1;
        EXIT;
      END IF;
      append_version[append] := versions[stream];
      versions[stream] := versions[stream] + p_append_events[append];
      checked := append;
    END LOOP;

    key := p_set_inbox[write_set];
    IF outcome = 0 AND key > 0 THEN
      IF handled[key] THEN
        outcome := 2;
      ELSE
        handled[key] := true;
        fresh[key] := true;
      END IF;
    END IF;

    IF outcome = 0 THEN
      accepted[write_set] := true;
      FOR append IN first_append .. last_append LOOP
        IF p_append_events[append] > 0 THEN
          stream := p_append_stream[append];
          append_position[append] := head;
          IF stream_ids[stream] = 0 THEN
            stream_ids[stream] := head + 1;
          END IF;
          head := head + p_append_events[append];
        END IF;
      END LOOP;
    ELSE
      outcomes[write_set] := outcome;
      FOR append IN first_append .. checked LOOP
        stream := p_append_stream[append];
        versions[stream] := versions[stream] - p_append_events[append];
      END LOOP;

      -- What comes later may have been decided on what this set did not write, even where the version fits by accident.
      FOR append IN first_append .. last_append LOOP
        lost[p_append_stream[append]] := true;
      END LOOP;
    END IF;
    positions[write_set] := head;
  END LOOP;

  IF head > old_head THEN
    UPDATE log_head SET position = head WHERE id;

    INSERT INTO streams (id, name, version)
    SELECT stream_ids[n.number], n.name, versions[n.number]
    FROM unnest(p_streams) WITH ORDINALITY AS n (name, number)
    WHERE old_ids[n.number] = 0 AND stream_ids[n.number] > 0;

    UPDATE streams s
    SET version = versions[n.number]
    FROM generate_series(1, cardinality(p_streams)) AS n (number)
    WHERE s.id = old_ids[n.number] AND versions[n.number] > old_versions[n.number];

    INSERT INTO events (position, stream_id, version, event_id, type, data, metadata, recorded_at)
    SELECT append_position[e.append] + e.number, stream_ids[p_append_stream[e.append]], append_version[e.append] + e.number,
           e.id, e.type, e.data, e.metadata, e.recorded_at
    FROM unnest(p_event_append, p_event_number, p_event_id, p_event_type, p_event_data, p_event_metadata, p_event_recorded_at)
      AS e (append, number, id, type, data, metadata, recorded_at)
    WHERE append_position[e.append] IS NOT NULL;
  END IF;

  IF cardinality(p_inbox_endpoint) > 0 THEN
    INSERT INTO inbox (endpoint, message_id, handled_at)
    SELECT n.endpoint, n.message_id, n.handled_at
    FROM unnest(p_inbox_endpoint, p_inbox_message_id, p_inbox_handled_at) WITH ORDINALITY AS n (endpoint, message_id, handled_at, number)
    WHERE fresh[n.number];
  END IF;

  IF cardinality(p_delete_id) > 0 THEN
    DELETE FROM outbox o USING unnest(p_delete_set, p_delete_id) AS d (write_set, id) WHERE accepted[d.write_set] AND o.id = d.id;
  END IF;

  IF cardinality(p_outbox_id) > 0 THEN
    INSERT INTO outbox (id, destination, content_type, message_type, body, headers, created_at, due_at, claimed_until)
    SELECT o.id, o.destination, o.content_type, o.message_type, o.body, o.headers, o.created_at, o.due_at, o.claimed_until
    FROM unnest(p_outbox_set, p_outbox_id, p_outbox_destination, p_outbox_content_type, p_outbox_message_type, p_outbox_body,
                p_outbox_headers, p_outbox_created_at, p_outbox_due_at, p_outbox_claimed_until)
      AS o (write_set, id, destination, content_type, message_type, body, headers, created_at, due_at, claimed_until)
    WHERE accepted[o.write_set];
  END IF;

  -- Messages that an earlier set of this very group has added.
  IF cardinality(p_late_delete_id) > 0 THEN
    DELETE FROM outbox o USING unnest(p_late_delete_set, p_late_delete_id) AS d (write_set, id) WHERE accepted[d.write_set] AND o.id = d.id;
  END IF;

  PERFORM write_rows(p_row_statements, p_rows, accepted);
  RETURN NEXT;
END
$$;
