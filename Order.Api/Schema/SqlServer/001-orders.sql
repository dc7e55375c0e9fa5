CREATE TABLE orders (
  order_id    uniqueidentifier  NOT NULL PRIMARY KEY NONCLUSTERED,
  position    bigint            NOT NULL,
  status      nvarchar(20)      COLLATE Latin1_General_100_BIN2 NOT NULL CHECK (status IN (N'placed', N'confirmed', N'rejected', N'cancelled')),
  reason      nvarchar(max)     COLLATE Latin1_General_100_BIN2,
  customer_id nvarchar(400)     COLLATE Latin1_General_100_BIN2,
  line_count  int               NOT NULL CHECK (line_count >= 1),
  currency    nvarchar(20)      COLLATE Latin1_General_100_BIN2 NOT NULL,
  total_minor bigint            NOT NULL CHECK (total_minor >= 1),
  placed_at   datetimeoffset(6) NOT NULL,
  ended_at    datetimeoffset(6),
  version     bigint            NOT NULL,
  CHECK (CASE WHEN reason IS NULL THEN 1 ELSE 0 END = CASE WHEN status IN (N'placed', N'confirmed') THEN 1 ELSE 0 END),
  CHECK (CASE WHEN ended_at IS NULL THEN 1 ELSE 0 END = CASE WHEN status = N'placed' THEN 1 ELSE 0 END)
);

CREATE UNIQUE CLUSTERED INDEX orders_position ON orders (position);
CREATE INDEX orders_status ON orders (status, position);
CREATE INDEX orders_customer ON orders (customer_id, position) WHERE customer_id IS NOT NULL;
