-- Decides on the sets of a group in their order, and writes the events and the inbox entries of those that it accepts. Part of the
-- caller's transaction. @outcomes has a character for each set, as WriteOutcome counts: 0 committed, 1 conflict, 2 duplicate.
-- @head is where the log stood before.
--
-- The hints fix the plans: every access is by index from the few rows of the group, also while the tables are new.
CREATE PROCEDURE commit_group
  @sets int, @appends append_rows READONLY, @events event_rows READONLY, @inbox inbox_rows READONLY,
  @head bigint OUTPUT, @outcomes varchar(8000) OUTPUT
AS
BEGIN
  SET NOCOUNT ON;

  UPDATE log_head WITH (UPDLOCK, HOLDLOCK) SET position = position WHERE id = 1;
  SELECT @head = position FROM log_head WHERE id = 1;

  -- From here on every statement sees all that was ever committed, and nobody else commits.
  DECLARE @streams TABLE (
    number  int           NOT NULL PRIMARY KEY,
    name    nvarchar(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
    id      bigint,
    version bigint        NOT NULL,
    lost    bit           NOT NULL); -- a failed set of this group touches it

  INSERT INTO @streams (number, name, id, version, lost)
  SELECT a.stream, a.name, s.id, ISNULL(s.version, 0), 0
  FROM @appends a LEFT JOIN streams s ON s.name = a.name
  WHERE a.name IS NOT NULL
  OPTION (LOOP JOIN);

  IF NOT EXISTS (
      SELECT 1 FROM @appends a JOIN @streams s ON s.number = a.stream WHERE a.expected <> -1 AND a.expected <> s.version + a.before)
    AND NOT EXISTS (
      SELECT 1 FROM @inbox n WHERE n.again = 1 OR EXISTS (SELECT 1 FROM inbox i WHERE i.endpoint = n.endpoint AND i.message_id = n.message_id))
    SET @outcomes = REPLICATE('0', @sets);
  ELSE
  BEGIN
    -- Sets that survive have no failed one before them on their streams, so that "before" and "ahead" hold for them.
    DECLARE @set int = 1;
    DECLARE @outcome char(1);
    SET @outcomes = '';
    WHILE @set <= @sets
    BEGIN
      SET @outcome = '0';
      IF EXISTS (
        SELECT 1
        FROM @appends a JOIN @streams s ON s.number = a.stream
        WHERE a.write_set = @set AND (s.lost = 1 OR (a.expected <> -1 AND a.expected <> s.version + a.before)))
        SET @outcome = '1';
      ELSE IF EXISTS (
        SELECT 1
        FROM @inbox n
        WHERE n.write_set = @set
          AND (EXISTS (SELECT 1 FROM inbox i WHERE i.endpoint = n.endpoint AND i.message_id = n.message_id)
            OR EXISTS (
              SELECT 1 FROM @inbox e
              WHERE e.write_set < @set AND e.endpoint = n.endpoint AND e.message_id = n.message_id AND SUBSTRING(@outcomes, e.write_set, 1) = '0')))
        SET @outcome = '2';

      -- What comes later may have been decided on what this set did not write, even where the version fits by accident.
      IF @outcome <> '0'
        UPDATE s SET lost = 1 FROM @streams s JOIN @appends a ON a.stream = s.number WHERE a.write_set = @set;
      SET @outcomes = @outcomes + @outcome;
      SET @set = @set + 1;
    END;
  END;

  DECLARE @placed TABLE (number int NOT NULL PRIMARY KEY, stream int NOT NULL, position bigint NOT NULL);
  DECLARE @grown TABLE (stream int NOT NULL PRIMARY KEY, first_position bigint NOT NULL, events bigint NOT NULL);
  DECLARE @added bigint;

  INSERT INTO @placed (number, stream, position)
  SELECT e.number, e.stream, @head + ROW_NUMBER() OVER (ORDER BY e.number)
  FROM @events e
  WHERE SUBSTRING(@outcomes, e.write_set, 1) = '0';
  SET @added = @@ROWCOUNT;

  IF @added > 0
  BEGIN
    UPDATE log_head SET position = @head + @added WHERE id = 1;

    INSERT INTO @grown (stream, first_position, events) SELECT stream, MIN(position), COUNT(*) FROM @placed GROUP BY stream;

    INSERT INTO streams (id, name, version)
    SELECT g.first_position, s.name, g.events
    FROM @grown g JOIN @streams s ON s.number = g.stream
    WHERE s.id IS NULL;

    UPDATE t
    SET version = s.version + g.events
    FROM @grown g JOIN @streams s ON s.number = g.stream JOIN streams t ON t.id = s.id
    OPTION (LOOP JOIN);

    INSERT INTO events (position, stream_id, version, event_id, type, data, metadata, recorded_at)
    SELECT p.position, ISNULL(s.id, g.first_position), s.version + e.ahead, e.event_id, e.type, e.data, e.metadata, e.recorded_at
    FROM @placed p JOIN @events e ON e.number = p.number JOIN @streams s ON s.number = p.stream JOIN @grown g ON g.stream = p.stream
    OPTION (LOOP JOIN);
  END;

  INSERT INTO inbox (endpoint, message_id, handled_at)
  SELECT n.endpoint, n.message_id, n.handled_at
  FROM @inbox n
  WHERE SUBSTRING(@outcomes, n.write_set, 1) = '0';
END;
