-- What the replica that runs the continuous audit said last, for the others to show. Nothing goes on from it.
CREATE TABLE live_audit (
  name text NOT NULL PRIMARY KEY,
  reported_at timestamptz NOT NULL,
  report text NOT NULL
);
