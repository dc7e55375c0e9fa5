using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shop.Contracts;

namespace Shop.Services.Tests.Saga.Orchestrator;

public sealed class OrchestrationTests : IAsyncLifetime
{
    private RunningOrchestrator shop = null!;

    public async Task InitializeAsync() => shop = await RunningOrchestrator.StartAsync();

    public async Task DisposeAsync() => await shop.DisposeAsync();

    [Fact]
    public async Task A_confirmed_order_shows_its_row_and_its_timeline()
    {
        var orderId = await shop.PlaceAsync();
        await shop.EndsInAsync(orderId, "Confirmed");

        var saga = await shop.GetAsync($"/sagas/{orderId}");

        saga.GetProperty("state").GetString().ShouldBe("confirmed");
        (saga.GetProperty("stock").GetString(), saga.GetProperty("payment").GetString()).ShouldBe(("confirmed", "captured"));
        (saga.GetProperty("totalMinor").GetInt64(), saga.GetProperty("currency").GetString()).ShouldBe((1_300, "GBP"));
        (saga.GetProperty("awaiting").GetArrayLength(), saga.GetProperty("remaining").GetArrayLength()).ShouldBe((0, 0));
        var timeline = saga.GetProperty("timeline").EnumerateArray().ToArray();
        timeline.Select(step => step.GetProperty("version").GetInt64()).ShouldBe([1, 2, 3, 4, 5, 6]);
        timeline[0].GetProperty("on").GetString().ShouldBe("OrderPlaced");
        timeline.Select(step => step.GetProperty("to").GetString()).ShouldBe(["trying", "trying", "confirming", "confirming", "completing", "confirmed"]);
        timeline[5].GetProperty("changes").GetProperty("currentState").GetString().ShouldBe("Confirmed");
        (await shop.Store.Engine.ReadOutboxAsync(10, default)).ShouldNotContain(message => message.DueAt != null);
    }

    [Fact]
    public async Task Sagas_are_listed_by_state_newest_first_a_page_at_a_time()
    {
        var confirmed = new[] { await shop.PlaceAsync(), await shop.PlaceAsync(), await shop.PlaceAsync() };
        foreach (var orderId in confirmed)
            await shop.EndsInAsync(orderId, "Confirmed");
        shop.Answers.Silent = true;
        var waiting = await shop.PlaceAsync();
        await shop.EndsInAsync(waiting, "Trying");

        var first = await shop.GetAsync("/sagas?state=confirmed&limit=2");
        var second = await shop.GetAsync($"/sagas?state=confirmed&limit=2&after={first.GetProperty("next").GetString()}");

        RunningOrchestrator.Ids(first).Concat(RunningOrchestrator.Ids(second)).ShouldBe(confirmed.OrderByDescending(id => id.ToString("D"), StringComparer.Ordinal));
        second.TryGetProperty("next", out _).ShouldBeFalse();
        RunningOrchestrator.Ids(await shop.GetAsync("/sagas?state=Trying")).ShouldBe([waiting]);
        RunningOrchestrator.Ids(await shop.GetAsync("/sagas?needsAttention=true")).ShouldBeEmpty();
        (await shop.Http.GetAsync("/sagas?state=lost")).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await shop.Http.GetAsync("/sagas?after=lost")).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task A_retry_brings_a_stuck_saga_on_its_way()
    {
        shop.Answers.Silent = true;
        var orderId = await shop.PlaceAsync();
        await shop.EndsInAsync(orderId, "Trying");
        var stuck = await shop.GetAsync($"/sagas/{orderId}");
        stuck.GetProperty("awaiting").EnumerateArray().Select(step => step.GetString()).ShouldBe(["ReserveStock", "AuthorizePayment"]);

        shop.Answers.Silent = false;
        (await shop.Http.PostAsync($"/sagas/{orderId}/retry", null)).StatusCode.ShouldBe(HttpStatusCode.Accepted);

        await shop.EndsInAsync(orderId, "Confirmed");
        var repeated = await shop.Http.PostAsync($"/sagas/{orderId}/retry", null);
        repeated.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await repeated.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().ShouldBe("saga-ended");
    }

    [Fact]
    public async Task A_saga_that_never_started_is_not_found()
    {
        (await shop.Http.GetAsync($"/sagas/{Given.NewOrder()}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await shop.Http.PostAsync($"/sagas/{Given.NewOrder()}/retry", null)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_cancelled_order_frees_its_row_from_the_end_and_ends_again()
    {
        var orderId = await shop.PlaceAsync();
        await shop.EndsInAsync(orderId, "Confirmed");

        await shop.PublishAsync((OrderCancellationRequested)Given.Message(nameof(OrderCancellationRequested), orderId));

        await shop.EndsInAsync(orderId, "Cancelled");
        RunningOrchestrator.Ids(await shop.GetAsync("/sagas?state=cancelled")).ShouldBe([orderId]);
    }
}
