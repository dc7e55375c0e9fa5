namespace Shop.EventSourcing.Storage;

/// <summary>Who may send an outbox message first.</summary>
public static class OutboxClaims
{
    /// <summary>How long the process that committed a message has to send it before a sweep takes it over, unless told otherwise.</summary>
    public static readonly TimeSpan WritersDefault = TimeSpan.FromSeconds(15);

    /// <summary>End of the writer's claim, or null when the message is scheduled and nobody's yet.</summary>
    public static DateTimeOffset? First(OutboxMessage message, TimeSpan writerClaim) =>
        message.DueAt is null ? message.CreatedAt + writerClaim : null;
}
