CREATE TABLE payments (
  order_id        uniqueidentifier  NOT NULL PRIMARY KEY,
  state           nvarchar(40)      COLLATE Latin1_General_100_BIN2 NOT NULL,
  amount_minor    bigint            NOT NULL CHECK (amount_minor >= 0),
  currency        nvarchar(20)      COLLATE Latin1_General_100_BIN2,
  captured_minor  bigint            NOT NULL,
  refunded_minor  bigint            NOT NULL,
  intent_id       nvarchar(max)     COLLATE Latin1_General_100_BIN2,
  reason          nvarchar(max)     COLLATE Latin1_General_100_BIN2,
  attempts        int               NOT NULL,
  unknown_since   datetimeoffset(6),
  refusals        int               NOT NULL,
  needs_attention bit               NOT NULL,
  problem         nvarchar(max)     COLLATE Latin1_General_100_BIN2,
  updated_at      datetimeoffset(6) NOT NULL,
  version         bigint            NOT NULL,
  CHECK (captured_minor BETWEEN 0 AND amount_minor),
  CHECK (refunded_minor BETWEEN 0 AND captured_minor)
);

CREATE INDEX payments_by_state ON payments (state, order_id);
CREATE INDEX payments_needing_attention ON payments (order_id) WHERE needs_attention = 1;
