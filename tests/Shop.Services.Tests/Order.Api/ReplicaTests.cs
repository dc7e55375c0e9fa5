using System.Net;
using Shop.Contracts;
using Shop.EventSourcing.Tests.Storage.PostgreSql;

namespace Shop.Ordering.Tests;

/// <summary>Two replicas of Order.Api on one PostgreSQL database.</summary>
public sealed class ReplicaTests(PostgresServer server) : IClassFixture<PostgresServer>, IAsyncLifetime
{
    private string connectionString = "";
    private TestOrdering here = null!;
    private TestOrdering there = null!;

    public async Task InitializeAsync()
    {
        connectionString = await server.CreateDatabaseAsync();
        here = await TestOrdering.StartAsync(connectionString: connectionString);
        there = await TestOrdering.StartAsync(connectionString: connectionString);
    }

    public async Task DisposeAsync()
    {
        await here.DisposeAsync();
        await there.DisposeAsync();
        await server.DropDatabaseAsync(connectionString);
    }

    [Fact]
    public async Task What_one_replica_answered_the_other_shows()
    {
        for (var number = 1; number <= 20; number++)
        {
            var (writer, reader) = number % 2 == 0 ? (here, there) : (there, here);
            var placed = await writer.PlaceAsync($"key {number}", TestOrdering.Cart());
            var orderId = TestOrdering.OrderIdOf(await TestOrdering.JsonAsync(placed));

            ((string)(await reader.GetAsync($"/orders/{orderId}"))["status"]!).ShouldBe("placed");
            (await PositionTests.FirstAsync(reader, "/orders", PositionTests.PositionOf(placed))).ShouldBe(orderId);
            await writer.SendAsync(new ConfirmOrder { OrderId = orderId });
            ((string)(await writer.GetAsync($"/orders/{orderId}?wait=30"))["status"]!).ShouldBe("confirmed");
            ((string)(await reader.GetAsync($"/orders/{orderId}"))["status"]!).ShouldBe("confirmed");
            ((string)(await reader.GetAsync("/orders?consistency=strong"))["items"]![0]!["status"]!).ShouldBe("confirmed");
        }
    }

    [Fact]
    public async Task Who_waits_at_one_replica_is_answered_when_the_other_ends_the_order()
    {
        for (var number = 1; number <= 10; number++)
        {
            var waiting = here.PlaceAsync($"key {number}", TestOrdering.Cart(customerId: $"c-{number}"), prefer: "wait=60");
            var orderId = await PlacedAsync($"c-{number}");

            await there.SendAsync(new ConfirmOrder { OrderId = orderId });

            var answer = await waiting;
            answer.StatusCode.ShouldBe(HttpStatusCode.Created);
            ((string)(await TestOrdering.JsonAsync(answer))["status"]!).ShouldBe("confirmed");
        }
    }

    [Fact]
    public async Task A_key_used_at_both_replicas_at_once_places_one_order()
    {
        for (var number = 1; number <= 10; number++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(request =>
                (request % 2 == 0 ? here : there).PlaceAsync($"key {number}", TestOrdering.Cart())));

            answers.Select(answer => answer.StatusCode).ShouldAllBe(status => status == HttpStatusCode.Accepted);
            var bodies = await Task.WhenAll(answers.Select(answer => answer.Content.ReadAsStringAsync()));
            bodies.Distinct().Count().ShouldBe(1);
        }

        (await here.CountAsync("order-placed.v1")).ShouldBe(10);
    }

    [Fact]
    public async Task One_replica_audits_and_each_tells_it_and_the_other_takes_over()
    {
        await TestOrdering.Eventually(async () => await SaidAtAsync(here) is not null && await SaidAtAsync(there) is not null);
        // Nobody told them where the other services are.
        ((string)(await there.GetAsync("/audit/live"))["waitsFor"]!).ShouldContain("Shop:Services:gateway");

        await here.StopAsync();
        var stopped = DateTimeOffset.Parse((string)(await there.GetAsync("/overview"))["at"]!, System.Globalization.CultureInfo.InvariantCulture);

        // Sooner than the lease would have ended.
        await TestOrdering.Eventually(async () => await SaidAtAsync(there) > stopped);
    }

    private static async Task<DateTimeOffset?> SaidAtAsync(TestOrdering replica)
    {
        using var answer = await replica.Client.GetAsync(new Uri("/audit/live", UriKind.Relative));
        return answer.StatusCode == HttpStatusCode.NotFound
            ? null
            : DateTimeOffset.Parse((string)(await TestOrdering.JsonAsync(answer))["at"]!, System.Globalization.CultureInfo.InvariantCulture);
    }

    private async Task<Guid> PlacedAsync(string customer)
    {
        System.Text.Json.Nodes.JsonNode? order = null;
        await TestOrdering.Eventually(async () =>
            (order = (await there.GetAsync($"/orders?consistency=strong&customer={customer}"))["items"]!.AsArray().FirstOrDefault()) is not null);
        return TestOrdering.OrderIdOf(order!);
    }
}
