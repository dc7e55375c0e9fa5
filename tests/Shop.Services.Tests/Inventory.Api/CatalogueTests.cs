using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shop.Contracts;
using Shop.EventSourcing.Tests.Storage.PostgreSql;

namespace Shop.Inventory.Tests;

[Collection(PostgresCollection.Name)]
public sealed class CatalogueTests(PostgresServer server)
{
    [Theory]
    [InlineData("SQLite")]
    [InlineData("PostgreSQL")]
    public async Task It_is_paged_by_sku_and_searched_without_regard_to_case(string engine)
    {
        await using var shop = await StartAsync(engine, "b", "A", "a", "Ä", "B");

        var first = await FindAsync(shop, "?limit=2");
        var second = await FindAsync(shop, $"?limit=2&after={first.Next}");
        var third = await FindAsync(shop, $"?limit=2&after={second.Next}");

        new[] { first, second, third }.SelectMany(page => page.Items).Select(item => item.Sku).ShouldBe(["A", "B", "a", "b", "Ä"]);
        (first.Next, second.Next, third.Next).ShouldBe(("B", "b", null));
        (await SkusAsync(shop, "?search=product%20%C3%A4")).ShouldBe(["Ä"]);
        (await SkusAsync(shop, "?search=100%25")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("SQLite")]
    [InlineData("PostgreSQL")]
    public async Task It_is_cut_up_by_families_and_by_what_is_in_stock(string engine)
    {
        await using var shop = await StartAsync(engine, "MUG", "MUG-1", "MUG-2", "MUGS-1", "PEN-1", "mug-1", "CUP%-1");
        await shop.ReserveAsync(Guid.CreateVersion7(), "MUG-2", 10);
        await shop.AnswerAsync<StockReserved>();

        (await SkusAsync(shop, "?family=MUG")).ShouldBe(["MUG", "MUG-1", "MUG-2"]);
        (await SkusAsync(shop, "?family=MUG&family=PEN&inStock=true&limit=2")).ShouldBe(["MUG", "MUG-1"]);
        (await SkusAsync(shop, "?family=MUG&family=PEN&inStock=true&limit=2&after=MUG-1")).ShouldBe(["PEN-1"]);
        (await SkusAsync(shop, "?family=%25")).ShouldBeEmpty();
        (await SkusAsync(shop, "?family=CUP%25&inStock=false")).ShouldBe(["CUP%-1"]);
        (await SkusAsync(shop, "?family=&family=PEN")).ShouldBe(["PEN-1"]);
        (await SkusAsync(shop, "?family=")).Count().ShouldBe(7);
    }

    [Fact]
    public async Task Families_may_be_left_out_and_are_not_too_many()
    {
        await using var shop = await StartAsync("SQLite");

        var parameters = (await shop.Http.GetFromJsonAsync<JsonElement>("/openapi/v1.json")).GetProperty("paths").GetProperty("/products").GetProperty("get").GetProperty("parameters");
        parameters.EnumerateArray().Where(parameter => parameter.TryGetProperty("required", out var required) && required.GetBoolean()).ShouldBeEmpty();
        using var refused = await shop.Http.GetAsync($"/products?{string.Join('&', Enumerable.Range(1, 101).Select(number => $"family={number}"))}");
        refused.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("field").GetString().ShouldBe("family");
    }

    private async Task<TestInventory> StartAsync(string engine, params string[] skus)
    {
        var shop = await TestInventory.StartAsync(connectionString: engine == "SQLite" ? null : await server.CreateDatabaseAsync());
        await shop.Inventory.ListProductsAsync([.. skus.Select(sku => TestInventory.Product(sku))]);
        return shop;
    }

    private static async Task<IEnumerable<string>> SkusAsync(TestInventory shop, string query) => (await FindAsync(shop, query)).Items.Select(item => item.Sku);

    private static async Task<CataloguePage> FindAsync(TestInventory shop, string query) => (await shop.Http.GetFromJsonAsync<CataloguePage>("/products" + query))!;
}
