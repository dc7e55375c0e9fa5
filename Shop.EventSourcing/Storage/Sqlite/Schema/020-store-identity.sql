-- By which a half-done migration knows its source again.
CREATE TABLE store_identity (id BLOB NOT NULL PRIMARY KEY) WITHOUT ROWID;

INSERT INTO store_identity (id) VALUES (randomblob(16));
