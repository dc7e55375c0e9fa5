namespace Shop.EventSourcing.Storage;

/// <content>What operators look at. Nothing here is part of handling a message.</content>
public partial interface IStorageEngine
{
    /// <summary>Parked messages with ids after one, in the order of their ids, which is that of parking.</summary>
    /// <param name="group">Only those of one group, or null.</param>
    Task<IReadOnlyList<ParkedMessage>> ReadParkedAsync(Guid afterId, ParkedGroup? group, int limit, CancellationToken cancellationToken) => throw Unsupported();

    /// <summary>One parked message, or null.</summary>
    Task<ParkedMessage?> FindParkedAsync(Guid id, CancellationToken cancellationToken) => throw Unsupported();

    /// <summary>Parked messages by what failed, the largest group first.</summary>
    Task<IReadOnlyList<ParkedGroupStatus>> ReadParkedGroupsAsync(CancellationToken cancellationToken) => throw Unsupported();

    /// <summary>Outbox messages with a due time, by due time and id.</summary>
    /// <param name="after">Of the last one of the page before, or null.</param>
    Task<IReadOnlyList<OutboxMessage>> ReadScheduledAsync(ScheduledPlace? after, int limit, CancellationToken cancellationToken) => throw Unsupported();

    /// <summary>One outbox message, or null when it has left.</summary>
    Task<OutboxMessage?> FindOutboxAsync(Guid id, CancellationToken cancellationToken) => throw Unsupported();

    /// <summary>What is due and not delivered, by destination, the most first.</summary>
    Task<IReadOnlyList<WaitingMessages>> ReadWaitingAsync(DateTimeOffset now, CancellationToken cancellationToken) => throw Unsupported();

    /// <summary>Streams whose names begin with a prefix and come after one, in the order that the database gives to names; archived ones too.</summary>
    Task<IReadOnlyList<StreamEntry>> ReadStreamNamesAsync(string prefix, string after, int limit, CancellationToken cancellationToken) => throw Unsupported();

    private NotSupportedException Unsupported() => new($"{GetType().Name} is not looked at by operators.");
}
