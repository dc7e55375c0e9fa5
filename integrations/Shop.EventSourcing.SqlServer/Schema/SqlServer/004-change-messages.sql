-- What the accepted sets of a group do to messages: deletes come first, so that a message can be replaced under its id.
CREATE PROCEDURE change_messages
  @outbox_deletes id_rows READONLY, @outbox outbox_rows READONLY, @parked_deletes id_rows READONLY, @parked parked_rows READONLY, @outcomes varchar(8000)
AS
BEGIN
  SET NOCOUNT ON;
  DELETE o
  FROM @outbox_deletes r JOIN outbox o ON o.id = r.id
  WHERE r.late = 0 AND SUBSTRING(@outcomes, r.write_set, 1) = '0'
  OPTION (LOOP JOIN);

  INSERT INTO outbox (id, destination, content_type, message_type, body, headers, created_at, due_at, claimed_until, due_from)
  SELECT r.id, r.destination, r.content_type, r.message_type, r.body, r.headers, r.created_at, r.due_at, r.claimed_until, ISNULL(r.due_at, '0001-01-01')
  FROM @outbox r
  WHERE SUBSTRING(@outcomes, r.write_set, 1) = '0';

  DELETE o
  FROM @outbox_deletes r JOIN outbox o ON o.id = r.id
  WHERE r.late = 1 AND SUBSTRING(@outcomes, r.write_set, 1) = '0'
  OPTION (LOOP JOIN);

  DELETE p
  FROM @parked_deletes r JOIN parked_messages p ON p.id = r.id
  WHERE SUBSTRING(@outcomes, r.write_set, 1) = '0'
  OPTION (LOOP JOIN);

  INSERT INTO parked_messages (id, endpoint, message_id, message_type, content_type, body, headers, reason, exception, parked_at)
  SELECT r.id, r.endpoint, r.message_id, r.message_type, r.content_type, r.body, r.headers, r.reason, r.exception, r.parked_at
  FROM @parked r
  WHERE SUBSTRING(@outcomes, r.write_set, 1) = '0';
END;
