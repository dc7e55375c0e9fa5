-- Keys sort by code point, as SQLite and .NET's ordinal comparison do: a page ends where the next one starts.
CREATE TABLE products (
  sku text COLLATE "C" NOT NULL PRIMARY KEY,
  name text NOT NULL,
  description text NOT NULL,
  unit_price_minor bigint NOT NULL CHECK (unit_price_minor > 0),
  currency text NOT NULL CHECK (length(currency) = 3),
  revision bigint NOT NULL,
  search_text text NOT NULL
);

CREATE TABLE stock_levels (
  sku text COLLATE "C" NOT NULL PRIMARY KEY,
  on_hand bigint NOT NULL CHECK (on_hand >= 0),
  reserved bigint NOT NULL,
  available bigint NOT NULL,
  received bigint NOT NULL CHECK (received >= 0),
  sold bigint NOT NULL CHECK (sold >= 0),
  returned bigint NOT NULL CHECK (returned >= 0),
  adjusted bigint NOT NULL,
  CHECK (reserved >= 0 AND reserved <= on_hand),
  CHECK (available = on_hand - reserved),
  CHECK (on_hand = received + adjusted - sold + returned)
);

CREATE TABLE reservations (
  order_id uuid NOT NULL PRIMARY KEY,
  state text NOT NULL,
  lease_expires_at timestamptz,
  units bigint NOT NULL,
  lines integer NOT NULL,
  reason text
);

CREATE INDEX reservations_open ON reservations (lease_expires_at) WHERE state = 'held';
