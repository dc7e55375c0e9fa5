using System.Text.Json;
using Shop.Contracts;
using Shop.EventSourcing.Tests.Storage.PostgreSql;

namespace Shop.Services.Tests.Saga.Orchestrator;

/// <summary>Replicas of the orchestrator on one PostgreSQL database: each counts what any of them ends.</summary>
[Collection(PostgresCollection.Name)]
public sealed class OverviewReplicaTests(PostgresServer server) : IAsyncLifetime
{
    private string connectionString = "";
    private RunningOrchestrator here = null!;
    private RunningOrchestrator there = null!;

    public async Task InitializeAsync()
    {
        connectionString = await server.CreateDatabaseAsync();
        here = await RunningOrchestrator.StartAsync(connectionString);
        there = await RunningOrchestrator.StartAsync(connectionString);
    }

    public async Task DisposeAsync()
    {
        await here.DisposeAsync();
        await there.DisposeAsync();
        await server.DropDatabaseAsync(connectionString);
    }

    [Fact]
    public async Task Every_replica_counts_every_order_once_whichever_ended_it()
    {
        var placed = await Task.WhenAll(Enumerable.Range(0, 24).Select(number => PlaceAsync(number % 3 == 0 ? here : there)));
        foreach (var orderId in placed)
            await here.EndsInAsync(orderId, "Confirmed");
        foreach (var orderId in placed.Take(5))
        {
            await there.PublishAsync(new OrderCancellationRequested { OrderId = orderId, Reason = "changed my mind" });
            await here.EndsInAsync(orderId, "Cancelled");
        }

        var (atHere, atThere) = (await CountedAsync(here, 29), await CountedAsync(there, 29));

        atHere.ShouldBe(atThere);
        (atHere.Sum(step => step.Confirmed), atHere.Sum(step => step.Rejected), atHere.Sum(step => step.Cancelled)).ShouldBe((24, 0, 5));
    }

    [Fact]
    public async Task A_replica_that_starts_later_counts_what_ends_from_then_on_with_its_whole_duration()
    {
        var before = await PlaceAsync(here);
        await here.EndsInAsync(before, "Confirmed");
        here.Answers.Silent = there.Answers.Silent = true;
        var under = await PlaceAsync(here);
        await here.EndsInAsync(under, "Trying");
        await using var late = await RunningOrchestrator.StartAsync(connectionString);
        here.Answers.Silent = there.Answers.Silent = false;

        await here.PostAsync($"/sagas/{under}/retry");
        await here.EndsInAsync(under, "Confirmed");

        (await CountedAsync(late, 1)).ShouldHaveSingleItem().Confirmed.ShouldBe(1);
        await CountedAsync(here, 2);
        await CountedAsync(there, 2);
        var tooSlow = TimeSpan.FromMinutes(30).TotalSeconds;
        (await late.GetAsync("/overview")).GetProperty("parts").GetProperty("orders").GetProperty("p50Seconds").GetDouble().ShouldBeInRange(0.001, tooSlow);
    }

    private static Task<Guid> PlaceAsync(RunningOrchestrator at) => at.PlaceAsync(order => order with { PlacedAt = TimeProvider.System.GetUtcNow() });

    /// <summary>The steps in which orders ended, once there are so many; what would be counted again comes a moment later.</summary>
    private static async Task<(DateTimeOffset From, int Confirmed, int Rejected, int Cancelled)[]> CountedAsync(RunningOrchestrator at, int expected)
    {
        for (var attempt = 0; attempt < 600 && (await EndedAsync(at)).Sum(Count) < expected; attempt++)
            await Task.Delay(200);
        await Task.Delay(TimeSpan.FromSeconds(2));
        var ended = await EndedAsync(at);
        ended.Sum(Count).ShouldBe(expected);
        return ended;

        static int Count((DateTimeOffset From, int Confirmed, int Rejected, int Cancelled) step) => step.Confirmed + step.Rejected + step.Cancelled;
    }

    private static async Task<(DateTimeOffset From, int Confirmed, int Rejected, int Cancelled)[]> EndedAsync(RunningOrchestrator at) =>
    [
        .. (await at.GetAsync("/overview")).GetProperty("parts").GetProperty("orders").GetProperty("ended").EnumerateArray()
            .Select(step => (step.GetProperty("from").GetDateTimeOffset(), Of(step, "confirmed"), Of(step, "rejected"), Of(step, "cancelled")))
            .Where(step => step != (step.Item1, 0, 0, 0)),
    ];

    private static int Of(JsonElement step, string outcome) => step.GetProperty(outcome).GetInt32();
}
