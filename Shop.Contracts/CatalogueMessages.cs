namespace Shop.Contracts;

/// <summary>Event: a product was listed or its price or name changed. Order.Api quotes from these.</summary>
public sealed record ProductPriced
{
    public required string Sku { get; init; }

    public required string Name { get; init; }

    /// <summary>Price of one unit in minor units of <see cref="Currency"/>.</summary>
    public required long UnitPriceMinor { get; init; }

    /// <summary>ISO 4217 code, upper case.</summary>
    public required string Currency { get; init; }

    /// <summary>Grows by one with each change of the product, so that a late message is recognised.</summary>
    public required long Revision { get; init; }
}
