INSERT INTO parked_messages (id, endpoint, message_id, message_type, content_type, body, headers, reason, exception, parked_at)
SELECT p.id, p.endpoint, p.message_id, p.message_type, p.content_type, decode(p.body, 'base64'), p.headers, p.reason, p.exception, p.parked_at
FROM json_to_recordset($1) AS p (
  "#set" int, id uuid, endpoint text, message_id uuid, message_type text, content_type text, body text, headers text, reason text,
  exception text, parked_at timestamptz)
WHERE $2[p."#set"]
