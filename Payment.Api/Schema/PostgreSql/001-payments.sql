CREATE TABLE payments (
  order_id uuid NOT NULL PRIMARY KEY,
  state text NOT NULL,
  amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
  currency text,
  captured_minor bigint NOT NULL CHECK (captured_minor BETWEEN 0 AND amount_minor),
  refunded_minor bigint NOT NULL CHECK (refunded_minor BETWEEN 0 AND captured_minor),
  intent_id text,
  reason text,
  attempts integer NOT NULL,
  unknown_since timestamptz,
  refusals integer NOT NULL,
  needs_attention boolean NOT NULL,
  problem text,
  updated_at timestamptz NOT NULL,
  version bigint NOT NULL
);

CREATE INDEX payments_by_state ON payments (state, order_id);
CREATE INDEX payments_needing_attention ON payments (order_id) WHERE needs_attention;
