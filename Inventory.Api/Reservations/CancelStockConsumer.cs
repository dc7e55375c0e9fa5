using MassTransit;
using Shop.Contracts;
using Shop.Messaging;

namespace Shop.Inventory;

/// <summary>Cancel: what is held is released; before its Try, a fence.</summary>
public sealed class CancelStockConsumer : IConsumer<CancelStock>
{
    public async Task Consume(ConsumeContext<CancelStock> context)
    {
        var orderId = context.Message.OrderId;
        var command = new ReservationCommand.Cancel(orderId, context.Message.Reason);
        var outcome = await context.UnitOfWork().DecideAsync(orderId, command, context.CancellationToken);
        await context.Publish(ReservationReplies.ToCancel(orderId, outcome.State));
    }
}
