-- As in PostgreSQL, where several replicas share it; here it stays empty.
CREATE TABLE live_audit (
  name TEXT NOT NULL PRIMARY KEY,
  reported_at INTEGER NOT NULL,
  report TEXT NOT NULL
);
