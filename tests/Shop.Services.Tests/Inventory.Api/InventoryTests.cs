using Shop.Contracts;
using Shop.EventSourcing;

namespace Shop.Inventory.Tests;

public sealed class InventoryTests : IAsyncLifetime
{
    private TestInventory shop = null!;

    public async Task InitializeAsync() => shop = await TestInventory.StartAsync();

    public async Task DisposeAsync() => await shop.DisposeAsync();

    [Fact]
    public async Task Importing_lists_products_with_stock_and_announces_each()
    {
        var products = Enumerable.Range(1, 600).Select(number => TestInventory.Product($"SKU{number}", number % 7)).ToArray();

        (await shop.Inventory.ListProductsAsync(products)).ShouldBe(new(Listed: 600, UnitsReceived: products.Sum(product => product.InitialStock)));

        (await shop.StockAsync("SKU6")).Available.ShouldBe(6);
        await TestInventory.Eventually(() => shop.Answers.Of<ProductPriced>().Count() == 600, "600 prices");
    }

    [Fact]
    public async Task Importing_twice_changes_nothing()
    {
        var products = Enumerable.Range(1, 300).Select(number => TestInventory.Product($"SKU{number}")).ToArray();
        await shop.Inventory.ListProductsAsync(products);
        var position = shop.Store.Position;

        (await shop.Inventory.ListProductsAsync(products)).ShouldBe(new(0, 0));

        shop.Store.Position.ShouldBe(position);
    }

    [Fact]
    public async Task Importing_at_the_same_time_lists_and_receives_once()
    {
        var products = Enumerable.Range(1, 100).Select(number => TestInventory.Product($"SKU{number}")).ToArray();

        var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => shop.Inventory.ListProductsAsync(products))));

        (results.Sum(result => result.Listed), results.Sum(result => result.UnitsReceived)).ShouldBe((100, 1_000));
    }

    [Fact]
    public async Task Importing_leaves_a_listed_product_as_it_is_and_receives_another_delivery()
    {
        await shop.Inventory.ListProductsAsync([TestInventory.Product("MUG")]);

        var result = await shop.Inventory.ListProductsAsync([TestInventory.Product("MUG", stock: 90) with { UnitPriceMinor = 999, StockReference = "orders of December" }]);

        result.ShouldBe(new(Listed: 0, UnitsReceived: 90));
        (await shop.Store.ReadAsync(Product.Aggregate, "MUG")).State.ShouldBeOfType<Product.Listed>().UnitPriceMinor.ShouldBe(250);
        (await shop.StockAsync("MUG")).OnHand.ShouldBe(100);
    }

    [Fact]
    public async Task A_wrong_product_refuses_its_batch()
    {
        var refusal = await Should.ThrowAsync<DomainException>(() => shop.Inventory.ListProductsAsync([TestInventory.Product("MUG"), TestInventory.Product("no/slash")]));

        refusal.Field.ShouldBe("sku");
        (await shop.StockAsync("MUG")).OnHand.ShouldBe(0);
    }
}
