namespace Shop.EventSourcing.Storage;

/// <summary>What waits in a store besides events.</summary>
/// <param name="Waiting">Outbox messages that are due; 100,000 stands for that many and more.</param>
/// <param name="OldestSince">Since when the oldest of them is due, or null.</param>
/// <param name="Parked">Parked messages.</param>
public sealed record OutboxStatus(long Waiting, DateTimeOffset? OldestSince, long Parked)
{
    /// <summary>As far as the waiting ones are counted: a query every few seconds must stay cheap, most of all when much waits.</summary>
    public const int CountedAtMost = 100_000;
}
