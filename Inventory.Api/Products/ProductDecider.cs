using Shop.Contracts;
using Shop.EventSourcing;

namespace Shop.Inventory;

/// <summary>What may be asked of a product.</summary>
public abstract record ProductCommand
{
    private ProductCommand()
    {
    }

    public sealed record List(string Sku, string Name, string Description, long UnitPriceMinor, string Currency, int InitialStock) : ProductCommand;

    public sealed record ChangePrice(long UnitPriceMinor, string Currency) : ProductCommand;

    public sealed record ChangeDetails(string Name, string Description) : ProductCommand;
}

public static class ProductDecider
{
    /// <exception cref="DomainException">The request is wrong, or the product is listed with other content.</exception>
    public static IReadOnlyList<ProductEvent> Decide(ProductCommand command, Product state)
    {
        ProductRules.Check(command);
        return (command, state) switch
        {
            (ProductCommand.List list, Product.Unlisted) =>
                [new ProductEvent.Listed(list.Sku, list.Name, list.Description, list.UnitPriceMinor, list.Currency, list.InitialStock)],
            (ProductCommand.List list, Product.Listed product) => IsSame(list, product) ? [] : throw AlreadyListed(list),
            (ProductCommand.ChangePrice price, Product.Listed product) =>
                price.UnitPriceMinor == product.UnitPriceMinor && price.Currency == product.Currency
                    ? []
                    : [new ProductEvent.PriceChanged(price.UnitPriceMinor, price.Currency)],
            (ProductCommand.ChangeDetails details, Product.Listed product) =>
                details.Name == product.Name && details.Description == product.Description
                    ? []
                    : [new ProductEvent.DetailsChanged(details.Name, details.Description)],
            _ => throw new DomainException("product-not-listed", "The product is not listed. List it first with POST /products.", conflict: true),
        };
    }

    /// <summary>What Order.Api must be told after a change from one state to the other, or null.</summary>
    public static ProductPriced? Announce(Product before, Product after) => (before, after) switch
    {
        (Product.Unlisted, Product.Listed product) => product.ToProductPriced(),
        (Product.Listed was, Product.Listed product) when
            (was.Name, was.UnitPriceMinor, was.Currency) != (product.Name, product.UnitPriceMinor, product.Currency) => product.ToProductPriced(),
        _ => null,
    };

    private static bool IsSame(ProductCommand.List list, Product.Listed product) =>
        (list.Name, list.Description, list.UnitPriceMinor, list.Currency, list.InitialStock)
        == (product.Name, product.Description, product.UnitPriceMinor, product.Currency, product.InitialStock);

    private static DomainException AlreadyListed(ProductCommand.List list) => new(
        "product-already-listed",
        $"{list.Sku} is already listed with other content. Change its name or description with PUT /products/{{sku}}, its price with POST /products/{{sku}}/price, and receive stock with POST /stock/{{sku}}/receive.",
        conflict: true)
    { Field = "sku" };
}
