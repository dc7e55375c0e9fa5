CREATE TABLE orders (
  order_id TEXT NOT NULL PRIMARY KEY,
  position INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('placed', 'confirmed', 'rejected', 'cancelled')),
  reason TEXT NULL CHECK ((reason IS NULL) = (status IN ('placed', 'confirmed'))),
  customer_id TEXT NULL,
  line_count INTEGER NOT NULL CHECK (line_count >= 1),
  currency TEXT NOT NULL,
  total_minor INTEGER NOT NULL CHECK (total_minor >= 1),
  placed_at INTEGER NOT NULL,
  ended_at INTEGER NULL CHECK ((ended_at IS NULL) = (status = 'placed')),
  version INTEGER NOT NULL
);
CREATE UNIQUE INDEX orders_position ON orders (position);
CREATE INDEX orders_status ON orders (status, position);
CREATE INDEX orders_customer ON orders (customer_id, position) WHERE customer_id IS NOT NULL;
