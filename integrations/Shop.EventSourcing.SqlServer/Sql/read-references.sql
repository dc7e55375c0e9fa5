SELECT DISTINCT CAST(OBJECT_NAME(parent_object_id) AS nvarchar(128)), CAST(OBJECT_NAME(referenced_object_id) AS nvarchar(128))
FROM sys.foreign_keys
WHERE parent_object_id <> referenced_object_id
