-- Instants are microseconds since 1970 UTC, by the database's clock. Ids are version 7, so that they sort by when a run was asked for.
CREATE TABLE job_runs (
  id            TEXT NOT NULL PRIMARY KEY,
  job           TEXT NOT NULL,
  occurrence    TEXT NOT NULL, -- what it is the run of: an instant of the schedule, a request, a run to be made up
  cause         TEXT NOT NULL CHECK (cause IN ('schedule', 'manual', 'retry', 'madeUp')),
  outcome       TEXT NOT NULL CHECK (outcome IN ('waiting', 'running', 'succeeded', 'failed', 'killed', 'stopped')),
  attempt       INTEGER NOT NULL,
  of_run        TEXT,
  next_run      TEXT,
  requested_by  TEXT,
  reason        TEXT,
  requested_at  INTEGER NOT NULL,
  started_at    INTEGER,
  beat_at       INTEGER,
  ended_at      INTEGER,
  replica       TEXT,
  fire_instance TEXT,
  summary       TEXT,
  error         TEXT,
  mark          TEXT,
  lines         TEXT NOT NULL,
  UNIQUE (job, occurrence)
);

-- Whatever schedulers do, a job never runs beside itself.
CREATE UNIQUE INDEX job_runs_running ON job_runs (job) WHERE outcome = 'running';
CREATE INDEX job_runs_by_job ON job_runs (job, id);
CREATE INDEX job_runs_unsettled ON job_runs (outcome) WHERE outcome IN ('waiting', 'running', 'killed', 'stopped');
