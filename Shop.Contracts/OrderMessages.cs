namespace Shop.Contracts;

/// <summary>One line of an order as accepted: the price is frozen here and never looked up again.</summary>
public sealed record OrderLine
{
    /// <summary>Stock keeping unit, case-sensitive, as in the catalogue.</summary>
    public required string Sku { get; init; }

    /// <summary>Units ordered, at least 1.</summary>
    public required int Quantity { get; init; }

    /// <summary>Price of one unit in minor units (pence, cents) of the order's currency.</summary>
    public required long UnitPriceMinor { get; init; }
}

/// <summary>Event: an order was accepted and its saga starts.</summary>
public sealed record OrderPlaced
{
    public required Guid OrderId { get; init; }

    /// <summary>The customer, or null for a guest.</summary>
    public string? CustomerId { get; init; }

    public required IReadOnlyList<OrderLine> Lines { get; init; }

    /// <summary>ISO 4217 code, upper case.</summary>
    public required string Currency { get; init; }

    /// <summary>Sum of all lines in minor units of <see cref="Currency"/>.</summary>
    public required long TotalMinor { get; init; }

    /// <summary>Token of the payment method at the provider, such as <c>pm_card_visa</c>; never card data.</summary>
    public required string PaymentMethod { get; init; }

    public required DateTimeOffset PlacedAt { get; init; }
}

/// <summary>Event: somebody wants the order cancelled. Before the saga's decision it cancels, after it compensates.</summary>
public sealed record OrderCancellationRequested
{
    public required Guid OrderId { get; init; }

    public required string Reason { get; init; }
}

/// <summary>Command to Order.Api: an operator wants the order cancelled. It answers with <see cref="OrderCancellationRequested"/> when that changes anything.</summary>
public sealed record RequestOrderCancellation
{
    public required Guid OrderId { get; init; }

    public required string Reason { get; init; }
}

/// <summary>Command to Order.Api: every step succeeded.</summary>
public sealed record ConfirmOrder
{
    public required Guid OrderId { get; init; }
}

/// <summary>Command to Order.Api: the order could not be fulfilled and everything tried was undone.</summary>
public sealed record RejectOrder
{
    public required Guid OrderId { get; init; }

    public required string Reason { get; init; }
}

/// <summary>Command to Order.Api: the order was cancelled on request and everything done was undone.</summary>
public sealed record CancelOrder
{
    public required Guid OrderId { get; init; }

    public required string Reason { get; init; }
}

/// <summary>Event and reply: the order is confirmed.</summary>
public sealed record OrderConfirmed
{
    public required Guid OrderId { get; init; }
}

/// <summary>Event and reply: the order is rejected.</summary>
public sealed record OrderRejected
{
    public required Guid OrderId { get; init; }

    public required string Reason { get; init; }
}

/// <summary>Event and reply: the order is cancelled.</summary>
public sealed record OrderCancelled
{
    public required Guid OrderId { get; init; }

    public required string Reason { get; init; }
}
