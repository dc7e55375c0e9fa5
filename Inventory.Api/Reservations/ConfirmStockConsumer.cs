using MassTransit;
using Shop.Contracts;
using Shop.Messaging;

namespace Shop.Inventory;

/// <summary>Confirm: what is held is sold.</summary>
public sealed class ConfirmStockConsumer : IConsumer<ConfirmStock>
{
    public async Task Consume(ConsumeContext<ConfirmStock> context)
    {
        var orderId = context.Message.OrderId;
        var outcome = await context.UnitOfWork().DecideAsync(orderId, new ReservationCommand.Confirm(), context.CancellationToken);
        await context.Publish(ReservationReplies.ToConfirm(orderId, outcome.State));
    }
}
