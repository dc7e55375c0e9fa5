-- Reads the log after a position as read-log.sql does, with a plan that is made once per connection: every process looks several times
-- per order. Left to itself the server plans anew each time, as without knowing the position it expects a third of the log, and not
-- the few rows at its end. The settings leave only the plan for those: along the positions, and each event's stream by its id.
CREATE FUNCTION read_log(p_after bigint, p_limit int)
RETURNS TABLE ("position" bigint, stream text, version bigint, event_id uuid, type text, data text, metadata text, recorded_at timestamptz)
LANGUAGE plpgsql STABLE
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off SET enable_hashjoin = off SET enable_mergejoin = off
SET enable_memoize = off SET max_parallel_workers_per_gather = 0 SET jit = off SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
  RETURN QUERY
  SELECT e.position, s.name, e.version, e.event_id, e.type, e.data, e.metadata, e.recorded_at
  FROM events e JOIN streams s ON s.id = e.stream_id
  WHERE e.position > p_after
  ORDER BY e.position
  LIMIT p_limit;
END
$$;
