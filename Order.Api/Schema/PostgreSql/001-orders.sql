CREATE TABLE orders (
  order_id uuid NOT NULL PRIMARY KEY,
  position bigint NOT NULL,
  status text NOT NULL CHECK (status IN ('placed', 'confirmed', 'rejected', 'cancelled')),
  reason text NULL CHECK ((reason IS NULL) = (status IN ('placed', 'confirmed'))),
  customer_id text NULL,
  line_count integer NOT NULL CHECK (line_count >= 1),
  currency text NOT NULL,
  total_minor bigint NOT NULL CHECK (total_minor >= 1),
  placed_at timestamptz NOT NULL,
  ended_at timestamptz NULL CHECK ((ended_at IS NULL) = (status = 'placed')),
  version bigint NOT NULL
);
CREATE UNIQUE INDEX orders_position ON orders (position);
CREATE INDEX orders_status ON orders (status, position);
CREATE INDEX orders_customer ON orders (customer_id, position) WHERE customer_id IS NOT NULL;
