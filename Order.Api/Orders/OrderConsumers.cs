using MassTransit;
using Shop.Contracts;
using Shop.EventSourcing;
using Shop.EventSourcing.Storage;
using Shop.Messaging;

namespace Shop.Ordering;

public sealed class ConfirmOrderConsumer(OrderMetrics metrics, TimeProvider clock) : IConsumer<ConfirmOrder>
{
    public Task Consume(ConsumeContext<ConfirmOrder> context) =>
        OrderEnd.DecideAsync(context, context.Message.OrderId, metrics, clock, at => new OrderCommand.Confirm(at));
}

public sealed class RejectOrderConsumer(OrderMetrics metrics, TimeProvider clock) : IConsumer<RejectOrder>
{
    public Task Consume(ConsumeContext<RejectOrder> context) =>
        OrderEnd.DecideAsync(context, context.Message.OrderId, metrics, clock, at => new OrderCommand.Reject(context.Message.Reason, at));
}

public sealed class CancelOrderConsumer(OrderMetrics metrics, TimeProvider clock) : IConsumer<CancelOrder>
{
    public Task Consume(ConsumeContext<CancelOrder> context) =>
        OrderEnd.DecideAsync(context, context.Message.OrderId, metrics, clock, at => new OrderCommand.Cancel(context.Message.Reason, at));
}

/// <summary>An operator's cancellation takes the same way as a shopper's; for an order that was rejected there is nothing to do.</summary>
public sealed class RequestOrderCancellationConsumer(TimeProvider clock) : IConsumer<RequestOrderCancellation>
{
    public async Task Consume(ConsumeContext<RequestOrderCancellation> context)
    {
        var (orderId, reason) = (context.Message.OrderId, context.Message.Reason);
        var unit = context.UnitOfWork();
        var order = await unit.LoadAsync(Order.Aggregate, orderId, context.CancellationToken);
        var now = clock.GetUtcNow().TruncateToMicroseconds();
        var requested = unit.Decide(() =>
        {
            var events = order.State is Order.Rejected ? [] : OrderDecider.Decide(new OrderCommand.RequestCancellation(reason, now), order.State);
            order.Append(events);
            return events.Count > 0;
        });
        if (requested)
            await context.Publish(new OrderCancellationRequested { OrderId = orderId, Reason = reason });
    }
}

/// <summary>A return is restocked and refunded.</summary>
public sealed class CompleteOrderReturnConsumer(TimeProvider clock) : IConsumer<CompleteOrderReturn>
{
    public async Task Consume(ConsumeContext<CompleteOrderReturn> context)
    {
        var (orderId, returnId) = (context.Message.OrderId, context.Message.ReturnId);
        var unit = context.UnitOfWork();
        var order = await unit.LoadAsync(Order.Aggregate, orderId, context.CancellationToken);
        var command = new OrderCommand.CompleteReturn(returnId, clock.GetUtcNow().TruncateToMicroseconds());
        unit.Decide(() =>
        {
            order.Append(OrderDecider.Decide(command, order.State));
            return order.State;
        });
        await context.Publish(new OrderReturnCompleted { OrderId = orderId, ReturnId = returnId });
    }
}

/// <summary>The end of an order, and with it the answer to the request that still waits for it.</summary>
public static class OrderEnd
{
    internal static async Task DecideAsync(ConsumeContext context, Guid orderId, OrderMetrics metrics, TimeProvider clock, Func<DateTimeOffset, OrderCommand> command)
    {
        var at = clock.GetUtcNow().TruncateToMicroseconds();
        await context.Publish(await DecideAsync(context.UnitOfWork(), orderId, command(at), at, metrics));
    }

    /// <returns>The reply for the saga.</returns>
    public static async Task<object> DecideAsync(UnitOfWork unit, Guid orderId, OrderCommand command, DateTimeOffset at, OrderMetrics metrics)
    {
        var order = await unit.LoadAsync(Order.Aggregate, orderId);
        var request = unit.Decide(() => (order.State as Order.Accepted)?.Terms.RequestId) is { } requestId
            ? await unit.LoadAsync(IdempotentRequest.Aggregate, requestId)
            : null;
        return unit.Decide(() =>
        {
            var before = order.State;
            order.Append(OrderDecider.Decide(command, before));
            if (order.State is Order.Ended end && end != before)
                unit.AfterCommit(() => metrics.Ended(end));
            if (request?.State is IdempotentRequest.Accepted && order.State is Order.Ended ended)
                request.Append(IdempotentRequestDecider.Decide(OrderAnswer.Of(ended, order.Version, at), request.State));
            return OrderDecider.ReplyTo(order.State);
        });
    }
}
