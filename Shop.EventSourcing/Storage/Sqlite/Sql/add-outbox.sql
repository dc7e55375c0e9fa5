INSERT INTO outbox (id, destination, content_type, message_type, body, headers, created_at, due_at, claimed_until)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9);
