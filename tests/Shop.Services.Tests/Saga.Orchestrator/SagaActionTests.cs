using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shop.Contracts;
using Shop.Orchestration;

namespace Shop.Services.Tests.Saga.Orchestrator;

/// <summary>What operators do with sagas: cancel, resolve, retry many.</summary>
public sealed class SagaActionTests : IAsyncLifetime
{
    private RunningOrchestrator shop = null!;

    public async Task InitializeAsync() => shop = await RunningOrchestrator.StartAsync();

    public async Task DisposeAsync() => await shop.DisposeAsync();

    [Fact]
    public async Task A_cancellation_goes_to_the_order_and_compensates()
    {
        var orderId = await shop.PlaceAsync();
        await shop.EndsInAsync(orderId, "Confirmed");

        (await shop.PostAsync($"/sagas/{orderId}/cancel", new { reason = "fraud" })).StatusCode.ShouldBe(HttpStatusCode.Accepted);

        await shop.EndsInAsync(orderId, "Cancelled");
        shop.Answers.Cancellations.ShouldHaveSingleItem().ShouldBe(new RequestOrderCancellation { OrderId = orderId, Reason = "fraud" });
        await IsRefusedAsync(await shop.PostAsync($"/sagas/{orderId}/cancel", new { reason = "again" }), HttpStatusCode.Conflict, "saga-ended");
        (await ActionsAsync()).ShouldBe([("saga-cancelled", $"order {orderId:D}", "fraud")]);
    }

    [Theory]
    [InlineData("cancel")]
    [InlineData("resolve")]
    public async Task An_action_without_a_reason_is_refused(string action)
    {
        var orderId = await shop.PlaceAsync();
        await shop.EndsInAsync(orderId, "Confirmed");

        await IsRefusedAsync(await shop.PostAsync($"/sagas/{orderId}/{action}", new { reason = " " }), HttpStatusCode.UnprocessableEntity, "invalid-request");
        await IsRefusedAsync(await shop.PostAsync($"/sagas/{orderId}/{action}", new { reason = new string('x', 201) }), HttpStatusCode.UnprocessableEntity, "invalid-request");

        (await ActionsAsync()).ShouldBeEmpty();
        (await shop.PostAsync($"/sagas/{Guid.CreateVersion7()}/{action}", new { reason = "why" })).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_saga_that_needs_no_attention_cannot_be_resolved()
    {
        var orderId = await shop.PlaceAsync();
        await shop.EndsInAsync(orderId, "Confirmed");

        await IsRefusedAsync(await shop.PostAsync($"/sagas/{orderId}/resolve", new { reason = "why" }), HttpStatusCode.Conflict, "saga-needs-no-attention");
    }

    [Fact]
    public async Task A_resolved_saga_needs_no_attention_until_it_fails_again()
    {
        var rig = new SagaRig();
        var orderId = await FailingAsync(rig);
        var before = rig.Find(orderId)!;
        var (attempts, updatedAt, deadline) = (before.Attempts, before.UpdatedAt, rig.DeadlineOf(orderId));
        rig.Clock.Advance(TimeSpan.FromSeconds(1));

        (await rig.TellAsync(orderId, nameof(ResolveOrderSaga))).ShouldBeEmpty();

        var resolved = rig.Find(orderId)!;
        resolved.NeedsAttention.ShouldBeFalse();
        resolved.Resolved.ShouldBe(new("olga", "called the provider", rig.Clock.GetUtcNow()));
        (resolved.CurrentState, resolved.Attempts, resolved.UpdatedAt, rig.DeadlineOf(orderId)).ShouldBe(("Compensating", attempts, updatedAt, deadline));
        (await rig.TimeOutAsync(orderId)).Names().ShouldBe(["RefundPayment", "ReturnStock"]);
        (rig.Find(orderId)!.NeedsAttention, rig.Find(orderId)!.Resolved).ShouldBe((true, null));
    }

    [Fact]
    public async Task A_resolved_saga_that_gets_on_forgets_the_resolution()
    {
        var rig = new SagaRig();
        var orderId = await FailingAsync(rig);

        await rig.TellAllAsync(orderId, nameof(ResolveOrderSaga), "StockReturned", "PaymentRefunded");

        (rig.StateOf(orderId), rig.Find(orderId)!.Resolved).ShouldBe(("Closing", null));
    }

    [Fact]
    public async Task Many_are_retried_after_a_look_at_which()
    {
        shop.Answers.Silent = true;
        var stuck = new[] { await shop.PlaceAsync(), await shop.PlaceAsync(order => order with { CustomerId = "bob" }) };
        foreach (var orderId in stuck)
            await shop.EndsInAsync(orderId, "Trying");
        await shop.Answers.SwallowedAsync(4);
        shop.Answers.Silent = false;

        var preview = await Json(await shop.PostAsync("/sagas/retry", new { filter = new { customerId = "alice" }, preview = true }));
        (preview.GetProperty("matching").GetInt64(), preview.GetProperty("retried").GetInt64()).ShouldBe((1, 0));
        preview.GetProperty("first").EnumerateArray().Select(id => id.GetGuid()).ShouldBe([stuck[0]]);
        (await ActionsAsync()).ShouldBeEmpty();
        await IsRefusedAsync(await shop.PostAsync("/sagas/retry", new { preview = false }), HttpStatusCode.UnprocessableEntity, "invalid-request");

        var retried = await Json(await shop.PostAsync("/sagas/retry", new { filter = new { state = "trying,confirmed" }, reason = "the broker is back" }));

        (retried.GetProperty("matching").GetInt64(), retried.GetProperty("retried").GetInt64()).ShouldBe((2, 2));
        foreach (var orderId in stuck)
            await shop.EndsInAsync(orderId, "Confirmed");
        (await ActionsAsync()).ShouldHaveSingleItem().Reason.ShouldBe("the broker is back");
        var none = await Json(await shop.PostAsync("/sagas/retry", new { preview = true }));
        none.GetProperty("matching").GetInt64().ShouldBe(0);
    }

    private static async Task<Guid> FailingAsync(SagaRig rig)
    {
        var orderId = await rig.SagaInAsync("Compensating");
        for (var i = 0; i < OrderSagaPolicy.AttentionAttempts; i++)
            await rig.TimeOutAsync(orderId);
        rig.Find(orderId)!.NeedsAttention.ShouldBeTrue();
        return orderId;
    }

    private async Task<(string Action, string Target, string Reason)[]> ActionsAsync() =>
        [.. (await shop.GetAsync("/operator-actions")).GetProperty("items").EnumerateArray()
            .Select(action => (action.GetProperty("action").GetString()!, action.GetProperty("target").GetString()!, action.GetProperty("reason").GetString()!))];

    private static Task<JsonElement> Json(HttpResponseMessage response) => response.Content.ReadFromJsonAsync<JsonElement>();

    private static async Task IsRefusedAsync(HttpResponseMessage response, HttpStatusCode status, string code)
    {
        response.StatusCode.ShouldBe(status);
        (await Json(response)).GetProperty("code").GetString().ShouldBe(code);
    }
}
