-- Checks, and defaults with their columns.
SELECT definition, CAST(NULL AS nvarchar(128))
FROM sys.check_constraints
WHERE parent_object_id = OBJECT_ID(@p1)
UNION ALL
SELECT d.definition, c.name
FROM sys.default_constraints d JOIN sys.columns c ON c.object_id = d.parent_object_id AND c.column_id = d.parent_column_id
WHERE d.parent_object_id = OBJECT_ID(@p1)
