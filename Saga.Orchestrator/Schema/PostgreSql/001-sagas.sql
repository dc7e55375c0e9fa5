CREATE TABLE sagas (
  order_id uuid NOT NULL PRIMARY KEY,
  state text NOT NULL CHECK (state IN (
    'trying', 'confirming', 'completing', 'confirmed', 'cancelling', 'compensating', 'closing', 'rejected', 'cancelled')),
  needs_attention boolean NOT NULL,
  attempts integer NOT NULL CHECK (attempts >= 0),
  reason text,
  customer_id text,
  total_minor bigint NOT NULL CHECK (total_minor >= 0),
  currency text,
  placed_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  ended_at timestamptz,
  version bigint NOT NULL,
  CHECK ((ended_at IS NOT NULL) = (state IN ('confirmed', 'rejected', 'cancelled')))
);

CREATE INDEX sagas_by_placement ON sagas (placed_at, order_id);
CREATE INDEX sagas_by_state ON sagas (state, placed_at, order_id);
CREATE INDEX sagas_needing_attention ON sagas (placed_at, order_id) WHERE needs_attention;
