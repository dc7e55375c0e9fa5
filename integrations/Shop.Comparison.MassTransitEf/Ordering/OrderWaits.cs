using System.Collections.Concurrent;
using MassTransit;
using Shop.Contracts;

namespace Shop.Comparison.Ordering;

public sealed record OrderEnding(OrderStatus Status, string? Reason);

/// <summary>Requests of this process that wait for the end of their order.</summary>
public sealed class OrderWaits
{
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource<OrderEnding>> waiting = new();

    /// <summary>To be asked for before the order can end, or before it is read that it has not.</summary>
    public Task<OrderEnding> EndOf(Guid orderId) =>
        waiting.GetOrAdd(orderId, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>There will be no such order.</summary>
    public void Forget(Guid orderId) => waiting.TryRemove(orderId, out _);

    public void Tell(Guid orderId, OrderEnding ending)
    {
        if (waiting.TryRemove(orderId, out var wait))
            wait.TrySetResult(ending);
    }
}

public sealed class OrderEndedConsumer(OrderWaits waits) : IConsumer<OrderConfirmed>, IConsumer<OrderRejected>
{
    public Task Consume(ConsumeContext<OrderConfirmed> context)
    {
        waits.Tell(context.Message.OrderId, new(OrderStatus.Confirmed, null));
        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<OrderRejected> context)
    {
        waits.Tell(context.Message.OrderId, new(OrderStatus.Rejected, context.Message.Reason));
        return Task.CompletedTask;
    }
}
