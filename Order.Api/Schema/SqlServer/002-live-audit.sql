-- What the replica that runs the continuous audit said last, for the others to show. Nothing goes on from it.
CREATE TABLE live_audit (
  name        nvarchar(450)     COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY,
  reported_at datetimeoffset(6) NOT NULL,
  report      nvarchar(max)     COLLATE Latin1_General_100_BIN2 NOT NULL
);
