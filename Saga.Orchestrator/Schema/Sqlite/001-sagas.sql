CREATE TABLE sagas (
  order_id TEXT NOT NULL PRIMARY KEY,
  state TEXT NOT NULL CHECK (state IN (
    'trying', 'confirming', 'completing', 'confirmed', 'cancelling', 'compensating', 'closing', 'rejected', 'cancelled')),
  needs_attention INTEGER NOT NULL,
  attempts INTEGER NOT NULL CHECK (attempts >= 0),
  reason TEXT,
  customer_id TEXT,
  total_minor INTEGER NOT NULL CHECK (total_minor >= 0),
  currency TEXT,
  placed_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  ended_at INTEGER,
  version INTEGER NOT NULL,
  CHECK ((ended_at IS NOT NULL) = (state IN ('confirmed', 'rejected', 'cancelled')))
) WITHOUT ROWID;

CREATE INDEX sagas_by_placement ON sagas (placed_at, order_id);
CREATE INDEX sagas_by_state ON sagas (state, placed_at, order_id);
CREATE INDEX sagas_needing_attention ON sagas (placed_at, order_id) WHERE needs_attention = 1;
