namespace Shop.Contracts;

/// <summary>Event: a customer gives back a part of a confirmed order. The saga restocks it and refunds its price.</summary>
public sealed record OrderReturnRequested
{
    public required Guid OrderId { get; init; }

    /// <summary>Tells the returns of one order apart; everything that is done for it is done once under this id.</summary>
    public required Guid ReturnId { get; init; }

    public required IReadOnlyList<StockLine> Lines { get; init; }

    /// <summary>The price of these units as it was paid, in minor units of the order's currency; 0 for what was free.</summary>
    public required long RefundMinor { get; init; }

    public required string Reason { get; init; }
}

/// <summary>Command to Inventory.Api: some of the units that were sold to an order are back; once per return.</summary>
public sealed record ReturnStockLines
{
    public required Guid OrderId { get; init; }

    public required Guid ReturnId { get; init; }

    public required IReadOnlyList<StockLine> Lines { get; init; }

    public required string Reason { get; init; }
}

/// <summary>Reply to <see cref="ReturnStockLines"/>: the units are on hand.</summary>
public sealed record StockLinesReturned
{
    public required Guid OrderId { get; init; }

    public required Guid ReturnId { get; init; }
}

/// <summary>Command to Payment.Api: a part of the captured money goes back; once per return.</summary>
public sealed record RefundPaymentPart
{
    public required Guid OrderId { get; init; }

    public required Guid ReturnId { get; init; }

    /// <summary>Minor units, at least 1 and at most what was captured and not given back yet.</summary>
    public required long AmountMinor { get; init; }

    public required string Reason { get; init; }
}

/// <summary>Reply to <see cref="RefundPaymentPart"/>: the part was given back, or all of it.</summary>
public sealed record PaymentPartRefunded
{
    public required Guid OrderId { get; init; }

    public required Guid ReturnId { get; init; }

    /// <summary>What was given back for this return; 0 when it went back with everything else.</summary>
    public required long AmountMinor { get; init; }
}

/// <summary>Command to Order.Api: the units are restocked and their price is refunded.</summary>
public sealed record CompleteOrderReturn
{
    public required Guid OrderId { get; init; }

    public required Guid ReturnId { get; init; }
}

/// <summary>Event and reply: the return is done, or went under in the cancellation of the whole order.</summary>
public sealed record OrderReturnCompleted
{
    public required Guid OrderId { get; init; }

    public required Guid ReturnId { get; init; }
}
