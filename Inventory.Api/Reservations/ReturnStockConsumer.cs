using MassTransit;
using Shop.Contracts;
using Shop.Messaging;

namespace Shop.Inventory;

/// <summary>Compensation: what was sold is on hand again, and what is held is released.</summary>
public sealed class ReturnStockConsumer : IConsumer<ReturnStock>
{
    public async Task Consume(ConsumeContext<ReturnStock> context)
    {
        var orderId = context.Message.OrderId;
        var command = new ReservationCommand.Return(orderId, context.Message.Reason);
        var outcome = await context.UnitOfWork().DecideAsync(orderId, command, context.CancellationToken);
        await context.Publish(ReservationReplies.ToReturn(orderId, outcome.State));
    }
}
