using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Shop.Contracts;
using Shop.Orchestration;
using Shop.TestServers;

namespace Shop.Services.Tests.Saga.Orchestrator;

/// <summary>The steps of an order, pushed to who waits for it.</summary>
public sealed class SagaProgressTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Each_step_is_pushed_as_it_happens_and_the_last_one_ends_it()
    {
        await using var shop = await RunningOrchestrator.StartAsync();
        shop.Answers.Silent = true;
        var orderId = await shop.PlaceAsync();
        await using var steps = await StepsAsync(shop, orderId);

        (await steps.NextAsync()).Step.ShouldBe("placed");
        await shop.Answers.SwallowedAsync(2);
        await shop.PublishAsync((StockReserved)Given.Message(nameof(StockReserved), orderId));
        (await steps.NextAsync()).Step.ShouldBe("reserved");
        shop.Answers.Silent = false;
        await shop.PublishAsync((PaymentAuthorized)Given.Message(nameof(PaymentAuthorized), orderId));

        var rest = await steps.RestAsync();
        rest.Select(step => step.Step).ShouldBe(["confirming", "confirming", "completing", "confirmed"]);
        rest.Select(step => step.Ended).ShouldBe([false, false, false, true]);
        rest.Select(step => step.Version).ShouldBe([3, 4, 5, 6]);
        rest[^1].At.ShouldBeGreaterThan(rest[0].At);
    }

    [Fact]
    public async Task Who_comes_late_gets_what_was_and_who_comes_back_only_what_is_new()
    {
        await using var shop = await RunningOrchestrator.StartAsync();
        var orderId = await shop.PlaceAsync();
        await shop.EndsInAsync(orderId, "Confirmed");

        await using var late = await StepsAsync(shop, orderId);
        (await late.RestAsync()).Count.ShouldBe(6);
        await using var back = await StepsAsync(shop, orderId, lastEventId: 4);
        (await back.RestAsync()).Select(step => step.Version).ShouldBe([5, 6]);
        await using var ended = await StepsAsync(shop, orderId, lastEventId: 6);
        (await ended.RestAsync()).Select(step => (step.Version, step.Ended)).ShouldBe([(6, true)]);
    }

    [Fact]
    public async Task A_confirmed_order_that_is_being_cancelled_has_not_ended()
    {
        await using var shop = await RunningOrchestrator.StartAsync();
        var orderId = await shop.PlaceAsync();
        await shop.EndsInAsync(orderId, "Confirmed");
        await shop.PublishAsync((OrderCancellationRequested)Given.Message(nameof(OrderCancellationRequested), orderId));

        await using var steps = await StepsAsync(shop, orderId);
        await shop.EndsInAsync(orderId, "Cancelled");
        var all = await steps.RestAsync();

        (all[^1].Step, all[^1].Ended, all[^1].Reason).ShouldBe(("cancelled", true, "changed my mind"));
    }

    [Fact]
    public async Task Watching_begins_before_the_saga_does()
    {
        await using var shop = await RunningOrchestrator.StartAsync();
        var orderId = Given.NewOrder();
        var early = StepsAsync(shop, orderId);
        await shop.PublishAsync(Given.Placed(orderId));

        await using var steps = await early;

        (await steps.RestAsync())[^1].Step.ShouldBe("confirmed");
    }

    [Fact]
    public async Task Another_replica_pushes_what_this_one_does()
    {
        await using var server = await PostgreSqlServer.StartAsync();
        var database = await server.CreateDatabaseAsync("saga");
        await using var here = await RunningOrchestrator.StartAsync(database);
        await using var there = await RunningOrchestrator.StartAsync(database);
        here.Answers.Silent = there.Answers.Silent = true;
        var orderId = await here.PlaceAsync();
        await here.EndsInAsync(orderId, "Trying");
        for (var i = 0; i < 6_000 && here.Answers.Swallowed + there.Answers.Swallowed < 2; i++)
            await Task.Delay(20);

        await using var mine = await StepsAsync(here, orderId);
        await using var others = await StepsAsync(there, orderId);
        (await mine.NextAsync()).Step.ShouldBe("placed");
        (await others.NextAsync()).Step.ShouldBe("placed");
        here.Answers.Silent = there.Answers.Silent = false;
        (await here.PostAsync($"/sagas/{orderId}/retry")).EnsureSuccessStatusCode();

        (await mine.RestAsync())[^1].Step.ShouldBe("confirmed");
        (await others.RestAsync())[^1].Step.ShouldBe("confirmed");
    }

    [Fact]
    public async Task A_stop_ends_it_so_that_who_watches_goes_to_another_replica()
    {
        await using var shop = await RunningOrchestrator.StartAsync();
        shop.Answers.Silent = true;
        await using var steps = await StepsAsync(shop, await shop.PlaceAsync());
        await steps.NextAsync();

        var stopping = shop.StopAsync();

        (await steps.RestAsync()).ShouldBeEmpty();
        await stopping.WaitAsync(Patience);
    }

    [Fact]
    public async Task An_order_that_is_not_there_is_not_found()
    {
        await using var shop = await RunningOrchestrator.StartAsync();

        (await shop.Http.GetAsync($"/sagas/{Given.NewOrder()}/progress")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private static async Task<Steps> StepsAsync(RunningOrchestrator shop, Guid orderId, long? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/sagas/{orderId}/progress");
        if (lastEventId is { } last)
            request.Headers.Add("Last-Event-ID", $"{last}");
        var response = await shop.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode().Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        return new(response, await response.Content.ReadAsStreamAsync());
    }

    private sealed class Steps(HttpResponseMessage response, Stream stream) : IAsyncDisposable
    {
        private static readonly JsonSerializerOptions json = new(JsonSerializerDefaults.Web) { Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter() } };

        private readonly IAsyncEnumerator<SseItem<OrderProgress>> items =
            SseParser.Create(stream, (_, data) => JsonSerializer.Deserialize<OrderProgress>(data, json)!).EnumerateAsync().GetAsyncEnumerator();

        public async Task<OrderProgress> NextAsync()
        {
            (await items.MoveNextAsync().AsTask().WaitAsync(Patience)).ShouldBeTrue();
            items.Current.EventId.ShouldBe($"{items.Current.Data.Version}");
            items.Current.EventType.ShouldBe(items.Current.Data.Ended ? "end" : "progress");
            return items.Current.Data;
        }

        public async Task<List<OrderProgress>> RestAsync()
        {
            var rest = new List<OrderProgress>();
            while (await items.MoveNextAsync().AsTask().WaitAsync(Patience))
                rest.Add(items.Current.Data);
            return rest;
        }

        public async ValueTask DisposeAsync()
        {
            await items.DisposeAsync();
            response.Dispose();
        }
    }
}
