using Shop.Contracts;
using Shop.EventSourcing;

namespace Shop.Inventory;

/// <summary>One product of the catalogue. Its SKU is case-sensitive and kept as given.</summary>
public abstract record Product
{
    public static readonly Aggregate<Product, ProductEvent> Aggregate = new("product", new Unlisted(), Evolve, ProductEvent.Types);

    private Product()
    {
    }

    public sealed record Unlisted : Product;

    /// <param name="Revision">Grows by one with each change.</param>
    public sealed record Listed(
        string Sku, string Name, string Description, long UnitPriceMinor, string Currency, int InitialStock, long Revision) : Product
    {
        public ProductPriced ToProductPriced() => new()
        {
            Sku = Sku,
            Name = Name,
            UnitPriceMinor = UnitPriceMinor,
            Currency = Currency,
            Revision = Revision,
        };
    }

    private static Listed Evolve(Product state, ProductEvent @event) => (state, @event) switch
    {
        (Unlisted, ProductEvent.Listed listed) => new Listed(
            listed.Sku, listed.Name, listed.Description, listed.UnitPriceMinor, listed.Currency, listed.InitialStock, Revision: 1),
        (Listed product, ProductEvent.PriceChanged changed) => product with
        {
            UnitPriceMinor = changed.UnitPriceMinor,
            Currency = changed.Currency,
            Revision = product.Revision + 1,
        },
        (Listed product, ProductEvent.DetailsChanged changed) => product with
        {
            Name = changed.Name,
            Description = changed.Description,
            Revision = product.Revision + 1,
        },
        _ => throw new InvalidOperationException($"A product that is {state.GetType().Name} cannot take {@event.GetType().Name}."),
    };
}
