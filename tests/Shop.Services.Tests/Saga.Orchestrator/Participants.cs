using Shop.Contracts;

namespace Shop.Services.Tests.Saga.Orchestrator;

/// <summary>What Inventory, Payment and Order.Api promise in the contracts, for one order, as small as can be.</summary>
internal sealed class Participants(Guid orderId)
{
    public enum Standing
    {
        None,
        Held,
        Refused,
        Done,
        DoneRefused,
        Cancelled,
        Undone,
    }

    public Standing Stock { get; private set; }

    public Standing Payment { get; private set; }

    /// <summary>placed, confirmed, rejected or cancelled.</summary>
    public string Order { get; private set; } = "placed";

    /// <summary>How often the units were sold, and the money taken.</summary>
    public (int Stock, int Payment) Done { get; private set; }

    /// <summary>Which returns of lines had their effect, each at most once.</summary>
    public (HashSet<Guid> Restocked, HashSet<Guid> Refunded, HashSet<Guid> Recorded) Returns { get; } = ([], [], []);

    /// <param name="refuse">Whether a first Try or Confirm is refused.</param>
    /// <returns>The reply to the saga.</returns>
    public object Handle(object command, bool refuse)
    {
        var reply = command switch
        {
            ReserveStock or AuthorizePayment => "Try",
            ConfirmStock or CapturePayment => "Confirm",
            CancelStock or VoidPayment => "Cancel",
            ReturnStock or RefundPayment => "Return",
            _ => null,
        };
        if (reply is null)
            return HandleReturn(command) ?? HandleOrder(command);

        var isStock = command is ReserveStock or ConfirmStock or CancelStock or ReturnStock;
        var before = isStock ? Stock : Payment;
        var after = Decide(reply, before, refuse);
        if (after == Standing.Done && before != Standing.Done)
            Done = isStock ? (Done.Stock + 1, Done.Payment) : (Done.Stock, Done.Payment + 1);
        if (isStock)
            Stock = after;
        else
            Payment = after;
        return Given.Message(isStock ? StockReply(after) : PaymentReply(after), orderId);
    }

    private static Standing Decide(string command, Standing standing, bool refuse) => (command, standing) switch
    {
        ("Try", Standing.None) => refuse ? Standing.Refused : Standing.Held,
        ("Confirm", Standing.Held) => refuse ? Standing.DoneRefused : Standing.Done,
        ("Confirm", Standing.None or Standing.Refused) => Standing.DoneRefused,
        ("Cancel", Standing.None or Standing.Held or Standing.Refused or Standing.DoneRefused) => Standing.Cancelled,
        ("Return", not Standing.Cancelled) => Standing.Undone,
        _ => standing,
    };

    private static string StockReply(Standing standing) => standing switch
    {
        Standing.Held => nameof(StockReserved),
        Standing.Refused => nameof(StockRejected),
        Standing.Done => nameof(StockConfirmed),
        Standing.DoneRefused => nameof(StockConfirmationRejected),
        Standing.Undone => nameof(StockReturned),
        _ => nameof(StockCancelled),
    };

    private static string PaymentReply(Standing standing) => standing switch
    {
        Standing.Held => nameof(PaymentAuthorized),
        Standing.Refused => nameof(PaymentDeclined),
        Standing.Done => nameof(PaymentCaptured),
        Standing.DoneRefused => nameof(PaymentCaptureRejected),
        Standing.Undone => nameof(PaymentRefunded),
        _ => nameof(PaymentVoided),
    };

    /// <summary>What was undone as a whole has nothing left to give back line by line; the answer is the same.</summary>
    private object? HandleReturn(object command)
    {
        switch (command)
        {
            case ReturnStockLines lines:
                if (Stock == Standing.Done)
                    Returns.Restocked.Add(lines.ReturnId);
                return new StockLinesReturned { OrderId = orderId, ReturnId = lines.ReturnId };
            case RefundPaymentPart part:
                if (Payment == Standing.Done)
                    Returns.Refunded.Add(part.ReturnId);
                return new PaymentPartRefunded { OrderId = orderId, ReturnId = part.ReturnId, AmountMinor = part.AmountMinor };
            case CompleteOrderReturn complete:
                (Returns.Restocked.Contains(complete.ReturnId), Returns.Refunded.Contains(complete.ReturnId)).ShouldBe((true, true), "recorded before it was given back");
                Returns.Recorded.Add(complete.ReturnId);
                return new OrderReturnCompleted { OrderId = orderId, ReturnId = complete.ReturnId };
            default:
                return null;
        }
    }

    private object HandleOrder(object command)
    {
        Order = (command, Order) switch
        {
            (ConfirmOrder, "placed") => "confirmed",
            (RejectOrder, "placed") => "rejected",
            (RejectOrder, "confirmed") => throw new InvalidOperationException("A confirmed order was rejected."),
            (CancelOrder, "placed" or "confirmed") => "cancelled",
            _ => Order,
        };
        return Given.Message(Order switch { "confirmed" => nameof(OrderConfirmed), "rejected" => nameof(OrderRejected), _ => nameof(OrderCancelled) }, orderId);
    }
}
