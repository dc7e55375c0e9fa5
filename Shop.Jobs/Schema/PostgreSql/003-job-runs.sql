-- Instants are microseconds since 1970 UTC, by the database's clock. Ids are version 7, so that they sort by when a run was asked for.
CREATE TABLE job_runs (
  id            text NOT NULL PRIMARY KEY,
  job           text NOT NULL,
  occurrence    text NOT NULL, -- what it is the run of: an instant of the schedule, a request, a run to be made up
  cause         text NOT NULL CHECK (cause IN ('schedule', 'manual', 'retry', 'madeUp')),
  outcome       text NOT NULL CHECK (outcome IN ('waiting', 'running', 'succeeded', 'failed', 'killed', 'stopped')),
  attempt       bigint NOT NULL,
  of_run        text,
  next_run      text,
  requested_by  text,
  reason        text,
  requested_at  bigint NOT NULL,
  started_at    bigint,
  beat_at       bigint,
  ended_at      bigint,
  replica       text,
  fire_instance text,
  summary       text,
  error         text,
  mark          text,
  lines         text NOT NULL,
  UNIQUE (job, occurrence)
);

-- Whatever schedulers do, a job never runs beside itself.
CREATE UNIQUE INDEX job_runs_running ON job_runs (job) WHERE outcome = 'running';
CREATE INDEX job_runs_by_job ON job_runs (job, id);
CREATE INDEX job_runs_unsettled ON job_runs (outcome) WHERE outcome IN ('waiting', 'running', 'killed', 'stopped');
