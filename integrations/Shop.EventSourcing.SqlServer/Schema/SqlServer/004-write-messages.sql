-- What the accepted sets of a group do to messages.
CREATE PROCEDURE delete_outbox @rows id_rows READONLY, @outcomes varchar(8000)
AS
BEGIN
  SET NOCOUNT ON;
  DELETE o
  FROM @rows r JOIN outbox o ON o.id = r.id
  WHERE SUBSTRING(@outcomes, r.write_set, 1) = '0'
  OPTION (LOOP JOIN);
END;

GO

CREATE PROCEDURE add_outbox @rows outbox_rows READONLY, @outcomes varchar(8000)
AS
BEGIN
  SET NOCOUNT ON;
  INSERT INTO outbox (id, destination, content_type, message_type, body, headers, created_at, due_at, claimed_until, due_from)
  SELECT r.id, r.destination, r.content_type, r.message_type, r.body, r.headers, r.created_at, r.due_at, r.claimed_until, ISNULL(r.due_at, '0001-01-01')
  FROM @rows r
  WHERE SUBSTRING(@outcomes, r.write_set, 1) = '0';
END;

GO

CREATE PROCEDURE delete_parked @rows id_rows READONLY, @outcomes varchar(8000)
AS
BEGIN
  SET NOCOUNT ON;
  DELETE p
  FROM @rows r JOIN parked_messages p ON p.id = r.id
  WHERE SUBSTRING(@outcomes, r.write_set, 1) = '0'
  OPTION (LOOP JOIN);
END;

GO

CREATE PROCEDURE park_messages @rows parked_rows READONLY, @outcomes varchar(8000)
AS
BEGIN
  SET NOCOUNT ON;
  INSERT INTO parked_messages (id, endpoint, message_id, message_type, content_type, body, headers, reason, exception, parked_at)
  SELECT r.id, r.endpoint, r.message_id, r.message_type, r.content_type, r.body, r.headers, r.reason, r.exception, r.parked_at
  FROM @rows r
  WHERE SUBSTRING(@outcomes, r.write_set, 1) = '0';
END;
