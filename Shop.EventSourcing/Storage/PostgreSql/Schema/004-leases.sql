-- Who may do alone what must not be done twice at a time, by this server's clock.
CREATE TABLE leases (
  name       text        PRIMARY KEY,
  holder     uuid        NOT NULL,
  token      bigint      NOT NULL, -- grows with each takeover
  expires_at timestamptz NOT NULL
) WITH (fillfactor = 50);

DROP FUNCTION save_projection(text, bigint, bigint, text[], text[]);

-- False, and nothing written, when the lease was taken over or given up, or the checkpoint does not stand at p_from. The lease's
-- row stays locked until the commit: a takeover waits for it, and then finds this checkpoint.
CREATE FUNCTION save_projection(
  p_projection text, p_lease text, p_token bigint, p_duration interval, p_from bigint, p_to bigint, p_statements text[], p_rows text[])
RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
  UPDATE leases SET expires_at = clock_timestamp() + p_duration WHERE name = p_lease AND token = p_token;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  IF p_from = 0 THEN
    INSERT INTO checkpoints (projection, position) VALUES (p_projection, 0) ON CONFLICT DO NOTHING;
  END IF;
  UPDATE checkpoints SET position = p_to WHERE projection = p_projection AND position = p_from;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM write_rows(p_statements, p_rows, ARRAY[true]);
  RETURN true;
END
$$;
