-- Instants are microseconds since 1970 UTC, by the database's clock. Ids are version 7, so that they sort by when a run was asked for.
CREATE TABLE job_runs (
  id            nvarchar(36)  COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT job_runs_id PRIMARY KEY,
  job           nvarchar(200) COLLATE Latin1_General_100_BIN2 NOT NULL,
  occurrence    nvarchar(200) COLLATE Latin1_General_100_BIN2 NOT NULL, -- what it is the run of: an instant of the schedule, a request, a run to be made up
  cause         nvarchar(20)  COLLATE Latin1_General_100_BIN2 NOT NULL CHECK (cause IN (N'schedule', N'manual', N'retry', N'madeUp')),
  outcome       nvarchar(20)  COLLATE Latin1_General_100_BIN2 NOT NULL CHECK (outcome IN (N'waiting', N'running', N'succeeded', N'failed', N'killed', N'stopped')),
  attempt       bigint        NOT NULL,
  of_run        nvarchar(36)  COLLATE Latin1_General_100_BIN2,
  next_run      nvarchar(36)  COLLATE Latin1_General_100_BIN2,
  requested_by  nvarchar(max) COLLATE Latin1_General_100_BIN2,
  reason        nvarchar(max) COLLATE Latin1_General_100_BIN2,
  requested_at  bigint        NOT NULL,
  started_at    bigint,
  beat_at       bigint,
  ended_at      bigint,
  replica       nvarchar(max) COLLATE Latin1_General_100_BIN2,
  fire_instance nvarchar(max) COLLATE Latin1_General_100_BIN2,
  summary       nvarchar(max) COLLATE Latin1_General_100_BIN2,
  error         nvarchar(max) COLLATE Latin1_General_100_BIN2,
  mark          nvarchar(max) COLLATE Latin1_General_100_BIN2,
  lines         nvarchar(max) COLLATE Latin1_General_100_BIN2 NOT NULL,
  CONSTRAINT job_runs_occurrence UNIQUE (job, occurrence)
);

-- Whatever schedulers do, a job never runs beside itself.
CREATE UNIQUE INDEX job_runs_running ON job_runs (job) WHERE outcome = N'running';
CREATE INDEX job_runs_by_job ON job_runs (job, id);
CREATE INDEX job_runs_unsettled ON job_runs (outcome) WHERE outcome IN (N'waiting', N'running', N'killed', N'stopped');
