using Shop.EventSourcing;

namespace Shop.Ordering;

/// <summary>What ordering knows of a product: the price at which it sells it, learned from the catalogue.</summary>
public abstract record QuotedProduct
{
    private QuotedProduct()
    {
    }

    public static readonly QuotedProduct Initial = new Unknown();

    public static readonly Aggregate<QuotedProduct, QuotedProductEvent> Aggregate = new("quote", Initial, Evolve, QuotedProductEvent.Types);

    public sealed record Unknown : QuotedProduct;

    public sealed record Quoted(long UnitPriceMinor, string Currency, long Revision) : QuotedProduct;

    public static QuotedProduct Evolve(QuotedProduct state, QuotedProductEvent @event) => @event switch
    {
        QuotedProductEvent.Quoted quoted => new Quoted(quoted.UnitPriceMinor, quoted.Currency, quoted.Revision),
        _ => throw new InvalidOperationException($"Unknown event {@event.GetType().Name}."),
    };
}
