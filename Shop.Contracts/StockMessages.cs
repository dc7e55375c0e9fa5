namespace Shop.Contracts;

/// <summary>Units of one product; a product may stand on several lines.</summary>
public sealed record StockLine
{
    public required string Sku { get; init; }

    /// <summary>Units, at least 1.</summary>
    public required int Quantity { get; init; }
}

/// <summary>Command to Inventory.Api (Try): hold all lines or none, under a lease.</summary>
public sealed record ReserveStock
{
    public required Guid OrderId { get; init; }

    public required IReadOnlyList<StockLine> Lines { get; init; }

    /// <summary>How long the reservation is held without a Confirm, in seconds.</summary>
    public required int LeaseSeconds { get; init; }
}

/// <summary>Command to Inventory.Api (Confirm): the reserved units are sold.</summary>
public sealed record ConfirmStock
{
    public required Guid OrderId { get; init; }
}

/// <summary>Command to Inventory.Api (Cancel): release what was reserved; a fence when nothing was.</summary>
public sealed record CancelStock
{
    public required Guid OrderId { get; init; }

    public required string Reason { get; init; }
}

/// <summary>Command to Inventory.Api (compensation): sold units come back; a reservation still held is released.</summary>
public sealed record ReturnStock
{
    public required Guid OrderId { get; init; }

    public required string Reason { get; init; }
}

/// <summary>Reply to <see cref="ReserveStock"/>: all lines are held.</summary>
public sealed record StockReserved
{
    public required Guid OrderId { get; init; }

    public required DateTimeOffset LeaseExpiresAt { get; init; }
}

/// <summary>Reply to <see cref="ReserveStock"/>: nothing is held.</summary>
public sealed record StockRejected
{
    public required Guid OrderId { get; init; }

    public required string Reason { get; init; }
}

/// <summary>Reply to <see cref="ConfirmStock"/>, or to a Cancel that came second: the units are sold.</summary>
public sealed record StockConfirmed
{
    public required Guid OrderId { get; init; }
}

/// <summary>Reply to <see cref="ConfirmStock"/>: the lease had expired and the units are gone, or there never was a reservation.</summary>
public sealed record StockConfirmationRejected
{
    public required Guid OrderId { get; init; }

    public required string Reason { get; init; }
}

/// <summary>Reply to <see cref="CancelStock"/>, or to a Try or Confirm that came second: nothing is held.</summary>
public sealed record StockCancelled
{
    public required Guid OrderId { get; init; }
}

/// <summary>Reply to <see cref="ReturnStock"/>: nothing is held and nothing is sold for this order.</summary>
public sealed record StockReturned
{
    public required Guid OrderId { get; init; }
}
