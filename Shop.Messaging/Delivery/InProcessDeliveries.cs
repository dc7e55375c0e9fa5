using System.Collections.Concurrent;
using MassTransit;

namespace Shop.Messaging.Delivery;

/// <summary>
/// With the in-memory transport a message is done when its consumers have committed, not when it entered a queue that a crash
/// empties. This counts, per message, the endpoints that have not finished yet.
/// </summary>
internal sealed class InProcessDeliveries(ServiceEndpoints endpoints) : IReceiveObserver
{
    private readonly ConcurrentDictionary<Guid, Delivery> pending = new();

    /// <summary>Starts waiting for a message that is about to be sent.</summary>
    /// <param name="done">Called with true when all endpoints have finished, with false when one could not.</param>
    public void Expect(Guid messageId, string destination, string messageTypes, Action<bool> done)
    {
        var count = endpoints.CountReceivers(destination, messageTypes);
        if (count == 0)
            done(true);
        else
            pending[messageId] = new(count, done);
    }

    /// <summary>Stops waiting for a message that could not be sent.</summary>
    public void Forget(Guid messageId) => pending.TryRemove(messageId, out _);

    public Task PreReceive(ReceiveContext context) => Task.CompletedTask;

    public Task PostReceive(ReceiveContext context)
    {
        if (MessageId(context) is { } id && pending.TryGetValue(id, out var delivery) && Interlocked.Decrement(ref delivery.Left) == 0
            && pending.TryRemove(KeyValuePair.Create(id, delivery)))
            delivery.Done(true);

        return Task.CompletedTask;
    }

    public Task ReceiveFault(ReceiveContext context, Exception exception)
    {
        if (MessageId(context) is { } id && pending.TryRemove(id, out var delivery))
            delivery.Done(false);
        return Task.CompletedTask;
    }

    public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType) where T : class => Task.CompletedTask;

    public Task ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception) where T : class => Task.CompletedTask;

    private static Guid? MessageId(ReceiveContext context) => context.TransportHeaders.Get<Guid>(MessageHeaders.MessageId) ?? context.GetMessageId();

    private sealed class Delivery(int left, Action<bool> done)
    {
        public int Left = left;

        public Action<bool> Done { get; } = done;
    }
}
