-- As text, ids are in the order of their bytes.
SELECT TOP (@limit) id, endpoint, message_id, message_type, content_type, body, headers, reason, exception, parked_at
FROM parked_messages
WHERE CONVERT(char(36), id) > CONVERT(char(36), @after)
  AND (@endpoint = N'' OR (endpoint = @endpoint AND message_type = @type AND CASE WHEN exception = N'' THEN reason ELSE LEFT(exception, CHARINDEX(N':', exception + N':') - 1) END = @failure))
ORDER BY CONVERT(char(36), id)
