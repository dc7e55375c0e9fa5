DELETE FROM parked_messages m
USING json_to_recordset($1) AS p ("#set" int, id uuid)
WHERE $2[p."#set"] AND m.id = p.id
