using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shop.Contracts;

namespace Shop.Inventory.Tests;

public sealed class HttpTests : IAsyncLifetime
{
    private TestInventory shop = null!;

    public async Task InitializeAsync() => shop = await TestInventory.StartAsync();

    public async Task DisposeAsync() => await shop.DisposeAsync();

    [Fact]
    public async Task A_product_is_listed_once_and_found_at_its_location()
    {
        var request = new { sku = "85123a ü", name = "White heart", description = "T-light holder", unitPriceMinor = 255, currency = "GBP", initialStock = 40 };

        var created = await shop.Http.PostAsJsonAsync("/products", request);

        created.StatusCode.ShouldBe(HttpStatusCode.Created);
        var expected = new CatalogueItem("85123a ü", "White heart", "T-light holder", 255, "GBP", Available: 40, Revision: 1);
        (await shop.Http.GetFromJsonAsync<CatalogueItem>(created.Headers.Location)).ShouldBe(expected);
        (await shop.AnswerAsync<ProductPriced>()).UnitPriceMinor.ShouldBe(255);

        var again = await shop.Http.PostAsJsonAsync("/products", request);
        again.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await again.Content.ReadFromJsonAsync<CatalogueItem>()).ShouldBe(expected);

        var other = await ProblemAsync("/products", new { request.sku, name = "Heart", unitPriceMinor = 255, currency = "GBP" }, HttpStatusCode.Conflict);
        other.GetProperty("code").GetString().ShouldBe("product-already-listed");
    }

    [Fact]
    public async Task A_wrong_product_is_refused_with_the_field_and_the_fix()
    {
        var problem = await ProblemAsync("/products", new { sku = "MUG", name = "Mug", unitPriceMinor = 255, currency = "pounds" }, HttpStatusCode.UnprocessableEntity);

        problem.GetProperty("field").GetString().ShouldBe("currency");
        problem.GetProperty("detail").GetString()!.ShouldContain("GBP");
        (await ProblemAsync("/products", new { name = "Mug" }, HttpStatusCode.UnprocessableEntity)).GetProperty("field").GetString().ShouldBe("sku");
    }

    [Fact]
    public async Task A_price_or_a_name_is_changed_and_announced()
    {
        await shop.Inventory.ListProductsAsync([TestInventory.Product("MUG")]);

        var priced = await (await shop.Http.PostAsJsonAsync("/products/MUG/price", new { unitPriceMinor = 199, currency = "GBP" })).Content.ReadFromJsonAsync<CatalogueItem>();
        var named = await (await shop.Http.PutAsJsonAsync("/products/MUG", new { name = "Blue mug", description = "" })).Content.ReadFromJsonAsync<CatalogueItem>();

        (priced!.UnitPriceMinor, priced.Revision).ShouldBe((199, 2));
        (named!.Name, named.Revision).ShouldBe(("Blue mug", 3));
        (await shop.AnswerAsync<ProductPriced>(message => message.Revision == 3)).ShouldBe(
            new() { Sku = "MUG", Name = "Blue mug", UnitPriceMinor = 199, Currency = "GBP", Revision = 3 });
    }

    [Fact]
    public async Task Stock_is_read_strongly_and_case_matters()
    {
        await shop.Inventory.ListProductsAsync([TestInventory.Product("MUG"), TestInventory.Product("mug", stock: 0)]);
        await shop.ReserveAsync(Guid.CreateVersion7(), "MUG", 4);
        await shop.AnswerAsync<StockReserved>();

        (await shop.Http.GetFromJsonAsync<StockLevel>("/stock/MUG")).ShouldBe(new("MUG", 10, 4, 6, 10, 0, 0, 0, Version: 2));
        (await shop.Http.GetFromJsonAsync<StockLevel>("/stock/mug")).ShouldBe(new("mug", 0, 0, 0, 0, 0, 0, 0, Version: 0));
        (await shop.Http.GetFromJsonAsync<CatalogueItem>("/products/MUG"))!.Available.ShouldBe(6);
        (await shop.Http.GetAsync("/stock/Mug")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await shop.Http.GetAsync("/stock/Mug/movements")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await shop.Http.GetAsync("/products/Mug")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await ProblemAsync("/stock/Mug/receive", new { quantity = 1 }, HttpStatusCode.NotFound)).GetProperty("detail").GetString()!.ShouldContain("'Mug'");
    }

    [Fact]
    public async Task A_delivery_is_received_once_per_reference_or_idempotency_key()
    {
        await shop.Inventory.ListProductsAsync([TestInventory.Product("MUG", stock: 0)]);

        foreach (var _ in Enumerable.Range(0, 3))
        {
            await ReceiveAsync(new { quantity = 5, reference = "delivery 17" });
            await ReceiveAsync(new { quantity = 7 }, key: "abc");
        }

        (await shop.StockAsync("MUG")).Received.ShouldBe(12);
        await ReceiveAsync(new { quantity = 1 });
        (await ReceiveAsync(new { quantity = 1 })).OnHand.ShouldBe(14);
        (await ProblemAsync("/stock/MUG/receive", new { quantity = 6, reference = "delivery 17" }, HttpStatusCode.Conflict)).GetProperty("field").GetString().ShouldBe("quantity");
    }

    [Fact]
    public async Task Stock_is_adjusted_with_a_reason_but_never_below_what_is_reserved()
    {
        await shop.Inventory.ListProductsAsync([TestInventory.Product("MUG")]);
        await shop.ReserveAsync(Guid.CreateVersion7(), "MUG", 4);
        await shop.AnswerAsync<StockReserved>();

        var problem = await ProblemAsync("/stock/MUG/adjust", new { delta = -7, reason = "broken" }, HttpStatusCode.UnprocessableEntity);
        problem.GetProperty("detail").GetString()!.ShouldContain("at least -6");

        var response = await shop.Http.PostAsJsonAsync("/stock/MUG/adjust", new { delta = -6, reason = "broken" });
        (await response.Content.ReadFromJsonAsync<StockLevel>()).ShouldBe(new("MUG", 4, 4, 0, 10, 0, 0, -6, Version: 3));
    }

    [Fact]
    public async Task Movements_are_paged_oldest_first()
    {
        await shop.Inventory.ListProductsAsync([TestInventory.Product("MUG")]);
        foreach (var _ in Enumerable.Range(0, 4))
            await ReceiveAsync(new { quantity = 1 });

        var first = await shop.Http.GetFromJsonAsync<StockMovements>("/stock/MUG/movements?limit=3");
        var second = await shop.Http.GetFromJsonAsync<StockMovements>($"/stock/MUG/movements?limit=3&after={first!.Next}");

        first.Items.Select(item => item.Version).ShouldBe([1, 2, 3]);
        first.Items[0].Type.ShouldBe("stock-received.v1");
        first.Items[0].Data.GetProperty("reference").GetString().ShouldBe("initial-stock");
        second!.Items.Select(item => item.Version).ShouldBe([4, 5]);
        second.Next.ShouldBeNull();
    }

    private async Task<StockLevel> ReceiveAsync(object body, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/stock/MUG/receive") { Content = JsonContent.Create(body) };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        using var response = await shop.Http.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        return (await response.Content.ReadFromJsonAsync<StockLevel>())!;
    }

    private async Task<JsonElement> ProblemAsync(string path, object body, HttpStatusCode expected)
    {
        using var response = await shop.Http.PostAsJsonAsync(path, body);
        response.StatusCode.ShouldBe(expected);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }
}
