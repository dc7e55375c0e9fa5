CREATE TABLE products (
  sku TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  unit_price_minor INTEGER NOT NULL CHECK (unit_price_minor > 0),
  currency TEXT NOT NULL CHECK (length(currency) = 3),
  revision INTEGER NOT NULL,
  search_text TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE stock_levels (
  sku TEXT NOT NULL PRIMARY KEY,
  on_hand INTEGER NOT NULL CHECK (on_hand >= 0),
  reserved INTEGER NOT NULL,
  available INTEGER NOT NULL,
  received INTEGER NOT NULL CHECK (received >= 0),
  sold INTEGER NOT NULL CHECK (sold >= 0),
  returned INTEGER NOT NULL CHECK (returned >= 0),
  adjusted INTEGER NOT NULL,
  CHECK (reserved >= 0 AND reserved <= on_hand),
  CHECK (available = on_hand - reserved),
  CHECK (on_hand = received + adjusted - sold + returned)
) WITHOUT ROWID;

CREATE TABLE reservations (
  order_id TEXT NOT NULL PRIMARY KEY,
  state TEXT NOT NULL,
  lease_expires_at INTEGER,
  units INTEGER NOT NULL,
  lines INTEGER NOT NULL,
  reason TEXT
) WITHOUT ROWID;

CREATE INDEX reservations_open ON reservations (lease_expires_at) WHERE state = 'held';
