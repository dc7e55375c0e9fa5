-- The columns of a table's indexes, keys and unique constraints, in order.
SELECT i.name,
       CAST(CASE WHEN i.is_primary_key = 1 THEN 2 WHEN i.is_unique_constraint = 1 THEN 1 ELSE 0 END AS bigint),
       CAST(i.is_unique AS bigint),
       CAST(CASE WHEN i.type = 1 THEN 1 ELSE 0 END AS bigint),
       i.filter_definition,
       c.name,
       CAST(k.is_descending_key AS bigint),
       CAST(k.is_included_column AS bigint)
FROM sys.indexes i
  JOIN sys.index_columns k ON k.object_id = i.object_id AND k.index_id = i.index_id
  JOIN sys.columns c ON c.object_id = k.object_id AND c.column_id = k.column_id
WHERE i.object_id = OBJECT_ID(@p1) AND i.type IN (1, 2)
ORDER BY i.is_primary_key DESC, i.index_id, k.key_ordinal, k.index_column_id
