using System.Net;
using System.Text.Json;
using Shop.Contracts;
using Shop.TestServers;

namespace Shop.Services.Tests.Saga.Orchestrator;

/// <summary>The list of sagas: every filter and order by itself and together, in both databases.</summary>
public sealed class SagaListTests
{
    [Fact]
    public async Task The_list_is_filtered_and_sorted_in_SQLite()
    {
        await using var shop = await RunningOrchestrator.StartAsync();
        await FilterAsync(shop);
    }

    [Fact]
    public async Task The_list_is_filtered_and_sorted_in_PostgreSQL()
    {
        await using var server = await PostgreSqlServer.StartAsync();
        await using var shop = await RunningOrchestrator.StartAsync(await server.CreateDatabaseAsync("saga"));
        await FilterAsync(shop);
    }

    private static async Task FilterAsync(RunningOrchestrator shop)
    {
        var clock = TimeProvider.System.GetUtcNow();
        var old = await shop.PlaceAsync(order => Order(order, "alice", "CUP", 900, clock.AddHours(-2)));
        var large = await shop.PlaceAsync(order => Order(order, "bob", "100%_MUG", 90_000, clock.AddHours(-1)));
        var cancelled = await shop.PlaceAsync(order => Order(order, "bob", "CUP+", 5_000, clock.AddMinutes(-1)));
        foreach (var orderId in (Guid[])[old, large, cancelled])
            await shop.EndsInAsync(orderId, "Confirmed");
        await shop.PublishAsync(new OrderCancellationRequested { OrderId = cancelled, Reason = "Ordered TWICE, 100% by mistake" });
        await shop.EndsInAsync(cancelled, "Cancelled");

        (await IdsAsync("")).ShouldBe([cancelled, large, old]);
        (await IdsAsync("state=confirmed")).ShouldBe([large, old]);
        (await IdsAsync("state=Cancelled,confirmed")).ShouldBe([cancelled, large, old]);
        (await IdsAsync("needsAttention=true")).ShouldBeEmpty();
        (await IdsAsync("needsAttention=false&customerId=bob")).ShouldBe([cancelled, large]);
        (await IdsAsync("olderThanSeconds=3000")).ShouldBe([large, old]);
        (await IdsAsync("olderThanSeconds=6000")).ShouldBe([old]);
        (await IdsAsync("reason=twice")).ShouldBe([cancelled]);
        (await IdsAsync("reason=100%25 BY")).ShouldBe([cancelled]);
        (await IdsAsync("reason=1%25mistake")).ShouldBeEmpty();
        (await IdsAsync("sku=CUP")).ShouldBe([old]);
        (await IdsAsync("sku=100%25_MUG")).ShouldBe([large]);
        (await IdsAsync("sku=CU_")).ShouldBeEmpty();
        (await IdsAsync("sku=EXTRA")).ShouldBe([cancelled, large, old]);
        (await IdsAsync("minTotalMinor=5000")).ShouldBe([cancelled, large]);
        (await IdsAsync("minTotalMinor=901&maxTotalMinor=5000")).ShouldBe([cancelled]);
        (await IdsAsync("customerId=bob&state=confirmed&sku=100%25_MUG&minTotalMinor=1&olderThanSeconds=60")).ShouldBe([large]);

        (await PagedAsync("sort=placedAt")).ShouldBe([old, large, cancelled]);
        (await PagedAsync("sort=-placedAt")).ShouldBe([cancelled, large, old]);
        (await PagedAsync("sort=totalMinor")).ShouldBe([old, cancelled, large]);
        (await PagedAsync("sort=-totalMinor")).ShouldBe([large, cancelled, old]);
        (await PagedAsync("sort=-updatedAt"))[0].ShouldBe(cancelled);
        (await PagedAsync("sort=updatedAt"))[^1].ShouldBe(cancelled);

        async Task<Guid[]> IdsAsync(string query) => RunningOrchestrator.Ids(await shop.GetAsync($"/sagas?{query}"));

        async Task<Guid[]> PagedAsync(string query)
        {
            var ids = new List<Guid>();
            for (var after = ""; ;)
            {
                var page = await shop.GetAsync($"/sagas?{query}&limit=1{after}");
                ids.AddRange(RunningOrchestrator.Ids(page));
                if (!page.TryGetProperty("next", out var next))
                    return [.. ids];
                after = $"&after={next.GetString()}";
            }
        }
    }

    [Theory]
    [InlineData("state=lost", "state")]
    [InlineData("sort=colour", "sort")]
    [InlineData("after=lost", "after")]
    [InlineData("after=999999999999999999.00000000-0000-0000-0000-000000000000", "after")]
    [InlineData("olderThanSeconds=-1", "olderThanSeconds")]
    [InlineData("olderThanSeconds=9999999999999", "olderThanSeconds")]
    [InlineData("reason=a%0Ab", "reason")]
    public async Task A_filter_that_cannot_be_meant_is_refused_and_named(string query, string field)
    {
        await using var shop = await RunningOrchestrator.StartAsync();

        var refused = await shop.Http.GetAsync($"/sagas?{query}");

        refused.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        JsonDocument.Parse(await refused.Content.ReadAsStringAsync()).RootElement.GetProperty("field").GetString().ShouldBe(field);
    }

    private static OrderPlaced Order(OrderPlaced order, string customer, string sku, long totalMinor, DateTimeOffset placedAt) => order with
    {
        CustomerId = customer,
        Lines = [new() { Sku = sku, Quantity = 1, UnitPriceMinor = totalMinor - 1 }, new() { Sku = "EXTRA", Quantity = 1, UnitPriceMinor = 1 }],
        TotalMinor = totalMinor,
        PlacedAt = placedAt,
    };
}
