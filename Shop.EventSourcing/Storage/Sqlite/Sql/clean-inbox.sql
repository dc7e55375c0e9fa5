DELETE FROM inbox
WHERE (endpoint, message_id) IN (SELECT endpoint, message_id FROM inbox WHERE handled_at < ?1 LIMIT ?2);
