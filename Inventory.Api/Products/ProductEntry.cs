using Shop.EventSourcing;

namespace Shop.Inventory;

/// <summary>A product to be listed with its first units: three streams of one write set.</summary>
internal sealed class ProductEntry
{
    private readonly ProductCommand.List command;
    private readonly StreamHandle<Product, ProductEvent> product;
    private readonly Delivery? delivery;

    private ProductEntry(ProductCommand.List command, StreamHandle<Product, ProductEvent> product, Delivery? delivery)
    {
        this.command = command;
        this.product = product;
        this.delivery = delivery;
    }

    /// <summary>What it is listed as; valid inside a decision.</summary>
    public Product.Listed Listed => (Product.Listed)product.State;

    /// <exception cref="DomainException">A field is wrong.</exception>
    public static async Task<ProductEntry> LoadAsync(UnitOfWork unit, NewProduct product, CancellationToken cancellationToken)
    {
        var command = new ProductCommand.List(
            product.Sku, product.Name, product.Description, product.UnitPriceMinor, product.Currency, product.InitialStock);
        ProductRules.Check(command);
        return new(
            command,
            await unit.LoadAsync(Product.Aggregate, product.Sku, cancellationToken),
            product.InitialStock == 0
                ? null
                : await Delivery.LoadAsync(unit, new(product.Sku, product.InitialStock, product.StockReference), cancellationToken));
    }

    /// <returns>True when it was not listed.</returns>
    /// <exception cref="DomainException">It is listed with other content.</exception>
    public bool List()
    {
        var events = ProductDecider.Decide(command, product.State);
        product.Append(events);
        return events.Count > 0;
    }

    /// <returns>True when it was not listed. One that is listed is left as it is.</returns>
    public bool ListIfNew() => product.State is Product.Unlisted && List();

    /// <returns>Units booked now.</returns>
    public int ReceiveIfNew() => delivery?.BookOnce() == true ? command.InitialStock : 0;
}
