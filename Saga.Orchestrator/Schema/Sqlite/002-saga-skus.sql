-- Filled by a rebuild of the read model sagas; orders that are placed from now on have it at once. No index: each would be
-- paid for at every transition of every order, and is asked for by a person now and then.
ALTER TABLE sagas ADD COLUMN skus TEXT;
