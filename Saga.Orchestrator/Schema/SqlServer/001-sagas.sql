CREATE TABLE sagas (
  order_id        uniqueidentifier  NOT NULL PRIMARY KEY NONCLUSTERED,
  state           nvarchar(40)      COLLATE Latin1_General_100_BIN2 NOT NULL CHECK (state IN (
    N'trying', N'confirming', N'completing', N'confirmed', N'cancelling', N'compensating', N'closing', N'rejected', N'cancelled', N'returning', N'recording')),
  needs_attention bit               NOT NULL,
  attempts        int               NOT NULL CHECK (attempts >= 0),
  reason          nvarchar(max)     COLLATE Latin1_General_100_BIN2,
  customer_id     nvarchar(max)     COLLATE Latin1_General_100_BIN2,
  total_minor     bigint            NOT NULL CHECK (total_minor >= 0),
  currency        nvarchar(20)      COLLATE Latin1_General_100_BIN2,
  placed_at       datetimeoffset(6) NOT NULL,
  updated_at      datetimeoffset(6) NOT NULL,
  ended_at        datetimeoffset(6),
  version         bigint            NOT NULL,
  skus            nvarchar(max)     COLLATE Latin1_General_100_BIN2,
  CHECK (CASE WHEN ended_at IS NOT NULL THEN 1 ELSE 0 END = CASE WHEN state IN (N'confirmed', N'rejected', N'cancelled') THEN 1 ELSE 0 END)
);

CREATE UNIQUE CLUSTERED INDEX sagas_by_placement ON sagas (placed_at, order_id);
CREATE INDEX sagas_by_state ON sagas (state, placed_at, order_id);
CREATE INDEX sagas_needing_attention ON sagas (placed_at, order_id) WHERE needs_attention = 1;
