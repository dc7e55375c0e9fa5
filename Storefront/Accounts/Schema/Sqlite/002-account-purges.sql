-- Accounts that were erased, and whose bytes may still be in the files of this database.
CREATE TABLE account_purges (account_id TEXT NOT NULL PRIMARY KEY);
