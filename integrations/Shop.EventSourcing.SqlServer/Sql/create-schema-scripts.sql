IF OBJECT_ID(N'schema_scripts') IS NULL
  CREATE TABLE schema_scripts (
    name       nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT schema_scripts_name PRIMARY KEY,
    applied_at datetime2(6)  NOT NULL CONSTRAINT schema_scripts_applied DEFAULT SYSUTCDATETIME()
  );
