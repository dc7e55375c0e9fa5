-- Where the store came from, when it was not begun here. Until it is finished, no service opens it.
CREATE TABLE migrations (
  id          tinyint          NOT NULL CONSTRAINT migrations_id PRIMARY KEY CONSTRAINT migrations_one DEFAULT 1 CHECK (id = 1),
  source_id   uniqueidentifier NOT NULL,
  source      nvarchar(max)    NOT NULL,
  started_at  datetime2(6)     NOT NULL,
  finished_at datetime2(6),
  position    bigint -- of the last event, when it was finished
);
