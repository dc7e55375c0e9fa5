namespace Shop.EventSourcing.Storage.Sqlite;

/// <summary>Inbox, outbox and parked messages as the writer sees them, inside its transaction.</summary>
internal sealed class SqliteMessages(SqliteHandle database)
{
    private readonly SqliteStatement addInbox = database.Prepare(EmbeddedSql.Read("Sqlite", "add-inbox"));
    private readonly SqliteStatement cleanInbox = database.Prepare(EmbeddedSql.Read("Sqlite", "clean-inbox"));
    private readonly SqliteStatement addOutbox = database.Prepare(EmbeddedSql.Read("Sqlite", "add-outbox"));
    private readonly SqliteStatement deleteOutbox = database.Prepare("DELETE FROM outbox WHERE id = ?1");
    private readonly SqliteStatement claimOutbox = database.Prepare(EmbeddedSql.Read("Sqlite", "claim-outbox"));
    private readonly SqliteStatement releaseOutbox = database.Prepare("UPDATE outbox SET claimed_until = NULL WHERE id = ?1");
    private readonly SqliteStatement park = database.Prepare(EmbeddedSql.Read("Sqlite", "park-message"));
    private readonly SqliteStatement deleteParked = database.Prepare("DELETE FROM parked_messages WHERE id = ?1");

    /// <summary>False when the message was handled before.</summary>
    public bool TryAddInbox(InboxEntry entry)
    {
        addInbox.Bind(1, entry.Endpoint);
        addInbox.Bind(2, entry.MessageId);
        addInbox.Bind(3, entry.HandledAt);
        addInbox.Run();
        return database.Changes > 0;
    }

    // Deletes first, so that one write set can replace a message under its id.
    public void Write(WriteSet set)
    {
        Delete(deleteOutbox, set.OutboxDeletes);
        Delete(deleteParked, set.ParkedDeletes);
        for (var index = 0; index < set.Outbox.Count; index++)
            Add(set.Outbox[index]);
        for (var index = 0; index < set.Parked.Count; index++)
            Park(set.Parked[index]);
    }

    public IReadOnlyList<OutboxMessage> Claim(DateTimeOffset now, TimeSpan claim, int limit, bool scheduledOnly)
    {
        claimOutbox.Bind(1, now);
        claimOutbox.Bind(2, now + claim);
        claimOutbox.Bind(3, limit);
        claimOutbox.Bind(4, scheduledOnly ? 1 : 0);
        var claimed = SqliteReader.OutboxMessages(claimOutbox);
        claimed.Sort((left, right) => (left.CreatedAt, left.Id).CompareTo((right.CreatedAt, right.Id)));
        return claimed;
    }

    public void Release(Guid messageId)
    {
        releaseOutbox.Bind(1, messageId);
        releaseOutbox.Run();
    }

    public void CleanInbox(DateTimeOffset handledBefore, int limit)
    {
        cleanInbox.Bind(1, handledBefore);
        cleanInbox.Bind(2, limit);
        cleanInbox.Run();
    }

    private void Add(OutboxMessage message)
    {
        addOutbox.Bind(1, message.Id);
        addOutbox.Bind(2, message.Destination);
        addOutbox.Bind(3, message.ContentType);
        addOutbox.Bind(4, message.MessageType);
        addOutbox.BindBlob(5, message.Body);
        addOutbox.Bind(6, message.Headers);
        addOutbox.Bind(7, message.CreatedAt);
        addOutbox.Bind(8, message.DueAt);
        addOutbox.Bind(9, OutboxClaims.First(message, OutboxClaims.WritersDefault));
        addOutbox.Run();
    }

    private void Park(ParkedMessage message)
    {
        park.Bind(1, message.Id);
        park.Bind(2, message.Endpoint);
        park.Bind(3, message.MessageId);
        park.Bind(4, message.MessageType);
        park.Bind(5, message.ContentType);
        park.BindBlob(6, message.Body);
        park.Bind(7, message.Headers);
        park.Bind(8, message.Reason);
        park.Bind(9, message.Exception);
        park.Bind(10, message.ParkedAt);
        park.Run();
    }

    private static void Delete(SqliteStatement statement, IReadOnlyList<Guid> ids)
    {
        for (var index = 0; index < ids.Count; index++)
        {
            statement.Bind(1, ids[index]);
            statement.Run();
        }
    }
}
