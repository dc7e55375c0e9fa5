using MassTransit;
using Shop.Contracts;

namespace Shop.Comparison.Ordering;

public sealed class ConfirmOrderConsumer(ShopDb db) : IConsumer<ConfirmOrder>
{
    public Task Consume(ConsumeContext<ConfirmOrder> context) => db.EndOrderAsync(context, context.Message.OrderId, OrderStatus.Confirmed, reason: null);
}

public sealed class RejectOrderConsumer(ShopDb db) : IConsumer<RejectOrder>
{
    public Task Consume(ConsumeContext<RejectOrder> context) => db.EndOrderAsync(context, context.Message.OrderId, OrderStatus.Rejected, context.Message.Reason);
}

internal static class OrderEnd
{
    /// <summary>The first end of an order stands, and is answered again to whoever repeats or contradicts it.</summary>
    public static async Task EndOrderAsync(this ShopDb db, ConsumeContext context, Guid orderId, OrderStatus status, string? reason)
    {
        var order = await db.Orders.FindAsync([orderId], context.CancellationToken)
            ?? throw new InvalidOperationException($"There is no order {orderId}.");
        if (order.Status == OrderStatus.Placed)
        {
            order.Status = status;
            order.Reason = reason;
        }

        await context.Publish(order.Status == OrderStatus.Confirmed
            ? (object)new OrderConfirmed { OrderId = orderId }
            : new OrderRejected { OrderId = orderId, Reason = order.Reason! });
    }
}
