-- Keys sort by code unit, as .NET's ordinal comparison does: a page ends where the next one starts.
CREATE TABLE products (
  sku              nvarchar(450) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY,
  name             nvarchar(max) COLLATE Latin1_General_100_BIN2 NOT NULL,
  description      nvarchar(max) COLLATE Latin1_General_100_BIN2 NOT NULL,
  unit_price_minor bigint        NOT NULL CHECK (unit_price_minor > 0),
  currency         nvarchar(20)  COLLATE Latin1_General_100_BIN2 NOT NULL CHECK (LEN(currency) = 3),
  revision         bigint        NOT NULL,
  search_text      nvarchar(max) COLLATE Latin1_General_100_BIN2 NOT NULL
);

CREATE TABLE stock_levels (
  sku       nvarchar(450) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY,
  on_hand   bigint        NOT NULL CHECK (on_hand >= 0),
  reserved  bigint        NOT NULL,
  available bigint        NOT NULL,
  received  bigint        NOT NULL CHECK (received >= 0),
  sold      bigint        NOT NULL CHECK (sold >= 0),
  returned  bigint        NOT NULL CHECK (returned >= 0),
  adjusted  bigint        NOT NULL,
  CHECK (reserved >= 0 AND reserved <= on_hand),
  CHECK (available = on_hand - reserved),
  CHECK (on_hand = received + adjusted - sold + returned)
);

CREATE TABLE reservations (
  order_id         uniqueidentifier  NOT NULL PRIMARY KEY,
  state            nvarchar(40)      COLLATE Latin1_General_100_BIN2 NOT NULL,
  lease_expires_at datetimeoffset(6),
  units            bigint            NOT NULL,
  lines            int               NOT NULL,
  reason           nvarchar(max)     COLLATE Latin1_General_100_BIN2
);

CREATE INDEX reservations_open ON reservations (lease_expires_at) WHERE state = N'held';
