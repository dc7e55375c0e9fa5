using Shop.EventSourcing;

namespace Shop.Inventory;

/// <summary>Units that come in, with the fence of their reference: two streams of one write set.</summary>
internal sealed class Delivery
{
    private readonly StockCommand.Receive command;
    private readonly StreamHandle<StockItem, StockEvent> stock;
    private readonly StreamHandle<Receipt, ReceiptEvent>? receipt;

    private Delivery(StockCommand.Receive command, StreamHandle<StockItem, StockEvent> stock, StreamHandle<Receipt, ReceiptEvent>? receipt)
    {
        this.command = command;
        this.stock = stock;
        this.receipt = receipt;
    }

    public static async Task<Delivery> LoadAsync(UnitOfWork unit, StockCommand.Receive command, CancellationToken cancellationToken) => new(
        command,
        await unit.LoadAsync(StockItem.Aggregate, command.Sku, cancellationToken),
        command.Reference is { } reference ? await unit.LoadAsync(Receipt.Aggregate, Receipt.Id(command.Sku, reference), cancellationToken) : null);

    /// <returns>False when the reference was booked before.</returns>
    public bool BookOnce()
    {
        var events = StockDecider.Decide(command, stock.State);
        if (receipt is not null)
        {
            if (!Receipt.IsOpen(receipt.State, command))
                return false;
            receipt.Append(new ReceiptEvent.Booked(command.Quantity));
        }

        stock.Append(events);
        return true;
    }
}
