using Shop.EventSourcing;

namespace Shop.Inventory;

/// <summary>A product to be listed with its first units: the three streams of one write set.</summary>
internal sealed class ProductEntry
{
    private readonly NewProduct product;
    private readonly StreamHandle<Product, ProductEvent> stream;
    private readonly Delivery? delivery;

    private ProductEntry(NewProduct product, StreamHandle<Product, ProductEvent> stream, Delivery? delivery)
    {
        this.product = product;
        this.stream = stream;
        this.delivery = delivery;
    }

    public Product.Listed Listed => (Product.Listed)stream.State;

    public static async Task<ProductEntry> LoadAsync(UnitOfWork unit, NewProduct product, CancellationToken cancellationToken) => new(
        product,
        await unit.LoadAsync(Product.Aggregate, product.Sku, cancellationToken),
        product.InitialStock == 0
            ? null
            : await Delivery.LoadAsync(unit, new(product.Sku, product.InitialStock, product.StockReference), cancellationToken));

    /// <returns>True when it was not listed. One that is listed with other content is refused.</returns>
    public bool List()
    {
        var events = ProductDecider.Decide(
            new ProductCommand.List(product.Sku, product.Name, product.Description, product.UnitPriceMinor, product.Currency, product.InitialStock), stream.State);
        stream.Append(events);
        return events.Count > 0;
    }

    /// <returns>True when it was not listed. One that is listed is left as it is.</returns>
    public bool ListIfNew() => stream.State is Product.Unlisted && List();

    /// <returns>Units booked now.</returns>
    public int ReceiveIfNew() => delivery?.BookOnce() == true ? product.InitialStock : 0;
}
