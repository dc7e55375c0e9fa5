using MassTransit;
using Shop.Contracts;
using Shop.Messaging;

namespace Shop.Inventory;

/// <summary>A customer's return: some of what was sold is on hand again.</summary>
public sealed class ReturnStockLinesConsumer : IConsumer<ReturnStockLines>
{
    public async Task Consume(ConsumeContext<ReturnStockLines> context)
    {
        var (orderId, returnId) = (context.Message.OrderId, context.Message.ReturnId);
        var command = new ReservationCommand.ReturnLines(
            returnId, [.. context.Message.Lines.Select(line => new ReservedLine(line.Sku, line.Quantity))], context.Message.Reason);
        var outcome = await context.UnitOfWork().DecideAsync(orderId, command, context.CancellationToken);
        await context.Publish(ReservationReplies.ToReturnLines(orderId, returnId, outcome.State));
    }
}
