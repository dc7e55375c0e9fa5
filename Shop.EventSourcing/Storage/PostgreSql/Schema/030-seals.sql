-- Each seals a run of the log: see docs/proof.md.
CREATE TABLE seals (
  last_position  bigint      PRIMARY KEY,
  first_position bigint      NOT NULL,
  digests        bytea       NOT NULL,
  places         bytea       NOT NULL,
  hash           bytea       NOT NULL,
  sealed_at      timestamptz NOT NULL,
  key_id         text        NOT NULL,
  signature      bytea       NOT NULL
);

-- Digests do not get smaller by being compressed.
ALTER TABLE seals ALTER COLUMN digests SET STORAGE EXTERNAL, ALTER COLUMN places SET STORAGE EXTERNAL;

-- False, and nothing written, when the lease was taken over or given up, or the last seal has another hash.
CREATE FUNCTION add_seal(
  p_lease text, p_token bigint, p_duration interval, p_previous bytea,
  p_first bigint, p_last bigint, p_digests bytea, p_places bytea, p_hash bytea, p_sealed_at timestamptz, p_key_id text, p_signature bytea)
RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
  UPDATE leases SET expires_at = clock_timestamp() + p_duration WHERE name = p_lease AND token = p_token;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  INSERT INTO seals (first_position, last_position, digests, places, hash, sealed_at, key_id, signature)
  SELECT p_first, p_last, p_digests, p_places, p_hash, p_sealed_at, p_key_id, p_signature
  WHERE coalesce((SELECT hash FROM seals ORDER BY last_position DESC LIMIT 1), ''::bytea) = p_previous;
  RETURN FOUND;
END
$$;
