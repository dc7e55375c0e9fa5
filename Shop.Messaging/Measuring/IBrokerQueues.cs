namespace Shop.Messaging.Measuring;

/// <summary>A queue of this service at the broker.</summary>
/// <param name="Messages">That wait in it; those that a consumer has and has not answered yet are not among them. Null: there is no such queue.</param>
/// <param name="Consumers">Of all replicas. Null: there is no such queue.</param>
public sealed record BrokerQueue(string Name, long? Messages, long? Consumers);

/// <summary>What the broker says of the queues that this service reads.</summary>
/// <param name="Queues">Empty while the broker is away.</param>
/// <param name="Away">Why the broker cannot be asked; null when it answered.</param>
public sealed record BrokerQueues(IReadOnlyList<BrokerQueue> Queues, string? Away);

/// <summary>Asks the broker how much waits in the queues of this process. There is none where messages stay in the process.</summary>
public interface IBrokerQueues
{
    /// <summary>Answers within a second, also when the broker does not: then it is away.</summary>
    Task<BrokerQueues> ReadAsync(CancellationToken cancellationToken);
}
