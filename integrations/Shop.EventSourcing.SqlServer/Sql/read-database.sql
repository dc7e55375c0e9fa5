SELECT CAST(CASE WHEN snapshot_isolation_state = 1 THEN 1 ELSE 0 END AS bit), is_read_committed_snapshot_on,
       CAST(CASE WHEN OBJECT_ID(N'schema_scripts') IS NULL THEN 0 ELSE 1 END AS bit)
FROM sys.databases
WHERE database_id = DB_ID()
