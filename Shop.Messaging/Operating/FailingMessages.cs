using System.Collections.Concurrent;
using Shop.Messaging.Measuring;

namespace Shop.Messaging.Operating;

/// <summary>A message whose handling has failed and is being tried again.</summary>
/// <param name="Id">Of the message.</param>
/// <param name="OrderId">The order that it is about, where it says so.</param>
/// <param name="Attempts">How often it has failed so far.</param>
/// <param name="DatabaseAway">It waits for the database, however long that takes, and will not be parked for it.</param>
public sealed record FailingMessage(
    string Endpoint, Guid Id, string MessageType, Guid? OrderId, int Attempts, DateTimeOffset Since, string Reason, bool DatabaseAway);

/// <summary>The messages that this process is trying again at this moment. Nothing is stored: they are still with the transport or in the outbox.</summary>
public sealed class FailingMessages
{
    private readonly ConcurrentDictionary<(string Endpoint, Guid Id), FailingMessage> failing = new();

    public IReadOnlyList<FailingMessage> All => [.. failing.Values.OrderBy(message => message.Since)];

    internal void Failed<TMessage>(string endpoint, Guid id, TMessage message, DateTimeOffset at, Exception error, bool isDatabaseAway) where TMessage : class =>
        failing.AddOrUpdate(
            (endpoint, id),
            key => new(key.Endpoint, key.Id, typeof(TMessage).Name, OrderScope.Of(message), 1, at, error.GetBaseException().Message, isDatabaseAway),
            (_, known) => known with { Attempts = known.Attempts + 1, Reason = error.GetBaseException().Message, DatabaseAway = isDatabaseAway });

    internal void Ended(string endpoint, Guid id) => failing.TryRemove((endpoint, id), out _);
}
