using System.Text.Json;
using MassTransit;
using MassTransit.Serialization;
using Shop.EventSourcing;
using Shop.Messaging.Delivery;

namespace Shop.Messaging.Local;

/// <summary>Where a service puts work for its own <see cref="ILocalHandler{TMessage}"/>.</summary>
public sealed class LocalQueue<TMessage>(string name, TimeProvider clock)
    where TMessage : class
{
    private static readonly string MessageType = MessageUrn.ForTypeString<TMessage>();
    private readonly string address = LocalQueues.Address(name);

    /// <summary>Adds work to a unit of work; it is done after the commit.</summary>
    /// <param name="pause">How long after; at once when zero.</param>
    public void Send(UnitOfWork unit, TMessage message, TimeSpan pause = default)
    {
        var now = clock.GetUtcNow();
        unit.Send(new(
            Ids.New(now), address, "application/json", MessageType, JsonSerializer.SerializeToUtf8Bytes(message, SystemTextJsonMessageSerializer.Options),
            OutboxTrace.Headers(), now, pause > TimeSpan.Zero ? now + pause : null));
    }
}
