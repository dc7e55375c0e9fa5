-- Sweeps pass over what another one has locked. The rows come in the order of the clustered index, which is that of sending.
UPDATE TOP (@limit) outbox WITH (READPAST, READCOMMITTEDLOCK, UPDLOCK, ROWLOCK)
SET claimed_until = @until
OUTPUT inserted.id, inserted.destination, inserted.content_type, inserted.message_type, inserted.body, inserted.headers, inserted.created_at, inserted.due_at
WHERE due_from BETWEEN @from AND @now AND (claimed_until IS NULL OR claimed_until < @now)
OPTION (MAXDOP 1)
