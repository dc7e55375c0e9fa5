CREATE TABLE payments (
  order_id TEXT NOT NULL PRIMARY KEY,
  state TEXT NOT NULL,
  amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
  currency TEXT,
  captured_minor INTEGER NOT NULL CHECK (captured_minor BETWEEN 0 AND amount_minor),
  refunded_minor INTEGER NOT NULL CHECK (refunded_minor BETWEEN 0 AND captured_minor),
  intent_id TEXT,
  reason TEXT,
  attempts INTEGER NOT NULL,
  unknown_since INTEGER,
  refusals INTEGER NOT NULL,
  needs_attention INTEGER NOT NULL,
  problem TEXT,
  updated_at INTEGER NOT NULL,
  version INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX payments_by_state ON payments (state, order_id);
CREATE INDEX payments_needing_attention ON payments (order_id) WHERE needs_attention = 1;
