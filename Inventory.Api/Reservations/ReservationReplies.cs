using Shop.Contracts;

namespace Shop.Inventory;

/// <summary>
/// What the saga is answered: a function of the state after deciding, so that a repeat is answered with what is stored.
/// Where another decision was first, the answer is that one.
/// </summary>
public static class ReservationReplies
{
    public static object ToReserve(Guid orderId, Reservation state) => state switch
    {
        Reservation.Held held => Reserved(orderId, held.Lease),
        Reservation.Expired expired => Reserved(orderId, expired.Lease),
        Reservation.Confirmed confirmed => Reserved(orderId, confirmed.Lease),
        Reservation.Rejected rejected => new StockRejected { OrderId = orderId, Reason = rejected.Reason },
        Reservation.ConfirmationRejected rejected => new StockRejected { OrderId = orderId, Reason = rejected.Reason },
        Reservation.Cancelled or Reservation.Fenced or Reservation.Returned => new StockCancelled { OrderId = orderId },
        _ => throw Unexpected(orderId, state),
    };

    public static object ToConfirm(Guid orderId, Reservation state) => state switch
    {
        Reservation.Confirmed => new StockConfirmed { OrderId = orderId },
        Reservation.Untried => new StockConfirmationRejected { OrderId = orderId, Reason = "nothing was reserved" },
        Reservation.Rejected rejected => new StockConfirmationRejected { OrderId = orderId, Reason = rejected.Reason },
        Reservation.ConfirmationRejected rejected => new StockConfirmationRejected { OrderId = orderId, Reason = rejected.Reason },
        Reservation.Cancelled or Reservation.Fenced or Reservation.Returned => new StockCancelled { OrderId = orderId },
        _ => throw Unexpected(orderId, state),
    };

    public static object ToCancel(Guid orderId, Reservation state) => state switch
    {
        Reservation.Confirmed => new StockConfirmed { OrderId = orderId },
        Reservation.Cancelled or Reservation.Fenced or Reservation.Returned or Reservation.Rejected or Reservation.ConfirmationRejected =>
            new StockCancelled { OrderId = orderId },
        _ => throw Unexpected(orderId, state),
    };

    public static object ToReturn(Guid orderId, Reservation state) => state switch
    {
        Reservation.Returned or Reservation.Cancelled or Reservation.Fenced or Reservation.Rejected or Reservation.ConfirmationRejected =>
            new StockReturned { OrderId = orderId },
        _ => throw Unexpected(orderId, state),
    };

    public static object ToReturnLines(Guid orderId, Guid returnId, Reservation state) => state switch
    {
        Reservation.Confirmed confirmed when confirmed.HasReturn(returnId) => new StockLinesReturned { OrderId = orderId, ReturnId = returnId },
        Reservation.Returned => new StockLinesReturned { OrderId = orderId, ReturnId = returnId },
        _ => throw Unexpected(orderId, state),
    };

    /// <summary>The commands that decide nothing any more, with their answers.</summary>
    public static IReadOnlyList<TakenMessage> Taken(Guid orderId, Reservation state)
    {
        var taken = new List<TakenMessage>();
        if (state is Reservation.Untried)
            return taken;
        Add(nameof(ReserveStock), ToReserve(orderId, state));
        if (state is Reservation.Held or Reservation.Expired)
            return taken;
        Add(nameof(ConfirmStock), ToConfirm(orderId, state));
        Add(nameof(CancelStock), ToCancel(orderId, state));
        if (state is not Reservation.Confirmed)
            Add(nameof(ReturnStock), ToReturn(orderId, state));
        if (state is Reservation.Returned)
            taken.Add(new() { Message = nameof(ReturnStockLines), Answer = nameof(StockLinesReturned) });
        if (state is Reservation.Confirmed { Returns: var returns })
            taken.AddRange(returns.Select(back => new TakenMessage { Message = nameof(ReturnStockLines), Answer = nameof(StockLinesReturned), ReturnId = back.ReturnId }));
        return taken;

        void Add(string command, object answer) => taken.Add(new() { Message = command, Answer = answer.GetType().Name });
    }

    private static StockReserved Reserved(Guid orderId, Lease lease) => new() { OrderId = orderId, LeaseExpiresAt = lease.ExpiresAt };

    private static InvalidOperationException Unexpected(Guid orderId, Reservation state) =>
        new($"The reservation of order {orderId} cannot be {state.GetType().Name} after this command.");
}
