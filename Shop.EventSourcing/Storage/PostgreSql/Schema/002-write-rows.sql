-- Runs the generated statement of each batch of read-model rows. A statement takes the batch's rows as JSON ($1) and, by number
-- of write set, whether that was accepted ($2).
CREATE FUNCTION write_rows(p_statements text[], p_rows text[], p_accepted boolean[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  FOR batch IN 1 .. cardinality(p_statements) LOOP
    EXECUTE p_statements[batch] USING p_rows[batch]::json, p_accepted;
  END LOOP;
END
$$;

-- False, and nothing written, when the checkpoint does not stand at p_from.
CREATE FUNCTION save_projection(p_projection text, p_from bigint, p_to bigint, p_statements text[], p_rows text[]) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
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
