using MassTransit;
using Shop.Contracts;

namespace Shop.Comparison.Inventory;

public sealed class ConfirmStockConsumer(ShopDb db) : IConsumer<ConfirmStock>
{
    public async Task Consume(ConsumeContext<ConfirmStock> context)
    {
        var reservation = await db.Reservations.FindAsync([context.Message.OrderId], context.CancellationToken);
        if (reservation?.Status == ReservationStatus.Reserved)
        {
            await db.MoveAsync(reservation, ReservationStatus.Confirmed, (item, quantity) =>
            {
                item.Reserved -= quantity;
                item.OnHand -= quantity;
                item.Sold += quantity;
            }, context.CancellationToken);
        }

        await context.Publish(reservation is null or { Status: ReservationStatus.Rejected }
            ? new StockConfirmationRejected { OrderId = context.Message.OrderId, Reason = "Nothing is reserved for this order." }
            : reservation.Reply());
    }
}

public sealed class CancelStockConsumer(ShopDb db) : IConsumer<CancelStock>
{
    public async Task Consume(ConsumeContext<CancelStock> context)
    {
        var reservation = await db.ReleaseAsync(context.Message.OrderId, ReservationStatus.Cancelled, context.CancellationToken);
        await context.Publish(reservation.Reply());
    }
}

public sealed class ReturnStockConsumer(ShopDb db) : IConsumer<ReturnStock>
{
    public async Task Consume(ConsumeContext<ReturnStock> context)
    {
        var reservation = await db.ReleaseAsync(context.Message.OrderId, ReservationStatus.Returned, context.CancellationToken);
        if (reservation.Status == ReservationStatus.Confirmed)
        {
            await db.MoveAsync(reservation, ReservationStatus.Returned, (item, quantity) =>
            {
                item.OnHand += quantity;
                item.Sold -= quantity;
            }, context.CancellationToken);
        }

        await context.Publish(reservation.Reply());
    }
}

internal static class ReservationChanges
{
    /// <summary>Gives back what is held. A fence when there was nothing, so that a reservation that comes later is refused.</summary>
    public static async Task<Reservation> ReleaseAsync(this ShopDb db, Guid orderId, ReservationStatus released, CancellationToken cancellationToken)
    {
        var reservation = await db.Reservations.FindAsync([orderId], cancellationToken);
        if (reservation is null)
        {
            reservation = new() { OrderId = orderId, Status = released };
            db.Reservations.Add(reservation);
        }
        else if (reservation.Status == ReservationStatus.Rejected)
        {
            reservation.Status = released;
        }
        else if (reservation.Status == ReservationStatus.Reserved)
        {
            await db.MoveAsync(reservation, released, (item, quantity) => item.Reserved -= quantity, cancellationToken);
        }

        return reservation;
    }

    public static async Task MoveAsync(
        this ShopDb db, Reservation reservation, ReservationStatus to, Action<StockItem, int> change, CancellationToken cancellationToken)
    {
        var stock = await db.LockStockAsync(reservation.Lines.Select(line => line.Sku), cancellationToken);
        foreach (var line in reservation.Lines)
            change(stock[line.Sku], line.Quantity);
        reservation.Status = to;
    }
}
