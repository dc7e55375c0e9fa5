using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Shop.Contracts;
using Shop.EventSourcing;

namespace Shop.Ordering.Tests;

/// <summary>Single lines of a confirmed order go back.</summary>
public sealed class OrderReturnTests
{
    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly Guid OrderId = Guid.Parse("01936f5e-7c00-7000-8000-000000000001");
    private static readonly Guid First = Guid.Parse("01936f5e-7c00-7000-8000-00000000000a");
    private static readonly Guid Second = Guid.Parse("01936f5e-7c00-7000-8000-00000000000b");

    private static readonly OrderCommand Place = new OrderCommand.Place(OrderId, "c-17", [new("A", 2, 250), new("B", 1, 99), new("A", 3, 200)], "GBP", "pm_card_visa", At);
    private static readonly OrderCommand Confirm = new OrderCommand.Confirm(At);
    private static readonly OrderCommand RequestCancellation = new OrderCommand.RequestCancellation("changed my mind", At);
    private static readonly OrderCommand Cancel = new OrderCommand.Cancel("changed my mind", At);

    [Fact]
    public void A_return_refunds_what_was_paid_for_exactly_these_units()
    {
        var requested = OrderDecider.Decide(Return(First, ("A", 3), ("B", 1)), Given(Place, Confirm)).ShouldHaveSingleItem().ShouldBeOfType<OrderEvent.ReturnRequested>();

        requested.Lines.ShouldBe([new(0, "A", 2, 250), new(2, "A", 1, 200), new(1, "B", 1, 99)]);
        requested.RefundMinor.ShouldBe(799);
        OrderReturnDecider.Announce(OrderId, requested).Lines.ShouldBe([new() { Sku = "A", Quantity = 3 }, new() { Sku = "B", Quantity = 1 }]);
    }

    [Fact]
    public void The_returns_of_an_order_refund_together_what_was_paid()
    {
        var order = Given(Place, Confirm, Return(First, ("A", 1)), Return(Second, ("A", 4), ("B", 1)));

        ((Order.Accepted)order).Returns.Sum(back => back.RefundMinor).ShouldBe(((Order.Accepted)order).Terms.TotalMinor);
        OrderReturnDecider.ReturnedByLine((Order.Accepted)order).ShouldBe([2, 1, 3]);
    }

    [Theory]
    [InlineData("A", 6)]
    [InlineData("B", 2)]
    [InlineData("C", 1)]
    public void More_than_was_bought_cannot_be_returned(string sku, int quantity) =>
        Refusal(Return(First, (sku, quantity)), Given(Place, Confirm)).ShouldBe(("return-exceeds-order", "lines[0].quantity"));

    [Fact]
    public void What_is_on_its_way_back_counts_as_returned()
    {
        var pending = Given(Place, Confirm, Return(First, ("A", 4)));

        Refusal(Return(Second, ("B", 1), ("A", 2)), pending).ShouldBe(("return-exceeds-order", "lines[1].quantity"));
        Refusal(Return(Second, ("A", 1), ("A", 1)), pending).ShouldBe(("return-exceeds-order", "lines[1].quantity"));
        OrderDecider.Decide(Return(Second, ("A", 1)), pending).ShouldHaveSingleItem();
    }

    [Fact]
    public void Only_a_confirmed_order_that_is_not_being_cancelled_has_something_to_return()
    {
        Refusal(Return(First, ("A", 1)), Given(Place)).Code.ShouldBe("order-not-confirmed");
        Refusal(Return(First, ("A", 1)), Given(Place, new OrderCommand.Reject("declined", At))).Code.ShouldBe("order-not-confirmed");
        Refusal(Return(First, ("A", 1)), Given(Place, Confirm, Cancel)).Code.ShouldBe("order-not-confirmed");
        Refusal(Return(First, ("A", 1)), Given(Place, Confirm, RequestCancellation)).Code.ShouldBe("order-being-cancelled");
        Should.Throw<InvalidOperationException>(() => OrderDecider.Decide(Return(First, ("A", 1)), Order.Initial));
    }

    [Fact]
    public void A_repeat_changes_nothing_in_whatever_state_and_another_body_is_refused()
    {
        var request = Return(First, ("A", 1), ("B", 1));
        OrderCommand complete = new OrderCommand.CompleteReturn(First, At);
        foreach (var order in (Order[])[Given(Place, Confirm, request), Given(Place, Confirm, request, complete), Given(Place, Confirm, request, RequestCancellation, Cancel)])
        {
            OrderDecider.Decide(request, order).ShouldBeEmpty();
            OrderDecider.Decide(Return(First, ("B", 1), ("A", 1)), order).ShouldBeEmpty();
            Refusal(Return(First, ("A", 2), ("B", 1)), order).Code.ShouldBe("idempotency-key-reused");
        }
    }

    [Fact]
    public void A_return_completes_once_and_one_that_went_under_in_a_cancellation_never()
    {
        var complete = new OrderCommand.CompleteReturn(First, At);

        OrderDecider.Decide(complete, Given(Place, Confirm, Return(First, ("A", 1)))).ShouldBe([new OrderEvent.ReturnCompleted(First, At)]);
        OrderDecider.Decide(complete, Given(Place, Confirm, Return(First, ("A", 1)), complete)).ShouldBeEmpty();
        OrderDecider.Decide(complete, Given(Place, Confirm, Return(First, ("A", 1)), RequestCancellation, Cancel)).ShouldBeEmpty();
        Should.Throw<InvalidOperationException>(() => OrderDecider.Decide(complete, Given(Place, Confirm)));
    }

    [Fact]
    public void An_order_is_not_returned_from_without_end()
    {
        var lines = new OrderCommand.Place(OrderId, null, [new("A", 200, 1)], "GBP", "pm_card_visa", At);
        var order = Given([lines, Confirm, .. Enumerable.Range(1, 100).Select(number => Return(new Guid(number, 0, 0, new byte[8]), ("A", 1)))]);

        Refusal(Return(First, ("A", 1)), order).Code.ShouldBe("too-many-returns");
    }

    [Fact]
    public async Task Over_HTTP_a_return_is_accepted_once_per_key_and_shown_with_the_order()
    {
        await using var shop = await TestOrdering.StartAsync();
        var orderId = await shop.PlacedAsync("key");
        await shop.SendAsync(new ConfirmOrder { OrderId = orderId });
        await shop.GetAsync($"/orders/{orderId}?wait=60");

        var body = new { lines = new[] { new { sku = "A", quantity = 1 } }, reason = "cracked" };
        var answers = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            var answer = await PostAsync(shop, orderId, "r1", body);
            answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
            answers.Add(await answer.Content.ReadAsStringAsync());
        }

        answers.Distinct().ShouldHaveSingleItem();
        var returnId = Guid.Parse((string)JsonNode.Parse(answers[0])!["returnId"]!);
        await TestOrdering.Eventually(() => Task.FromResult(shop.World.Messages.OfType<OrderReturnRequested>().Any()));
        shop.World.Messages.OfType<OrderReturnRequested>().ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            told => told.ReturnId.ShouldBe(returnId), told => told.RefundMinor.ShouldBe(250), told => told.Reason.ShouldBe("cracked"));
        var pending = await shop.GetAsync($"/orders/{orderId}");
        ((string)pending["returns"]![0]!["status"]!, (int)pending["lines"]![0]!["returnedQuantity"]!, (long)pending["refundedMinor"]!).ShouldBe(("requested", 1, 0));

        await shop.SendAsync(new CompleteOrderReturn { OrderId = orderId, ReturnId = returnId });
        await TestOrdering.Eventually(async () => (string)(await shop.GetAsync($"/orders/{orderId}"))["returns"]![0]!["status"]! == "completed");
        ((long)(await shop.GetAsync($"/orders/{orderId}"))["refundedMinor"]!).ShouldBe(250);
        (await (await PostAsync(shop, orderId, "r1", body)).Content.ReadAsStringAsync()).ShouldBe(answers[0]);
        (await shop.GetAsync($"/orders/{orderId}/history"))["events"]!.AsArray().Select(entry => (string)entry!["type"]!)
            .ShouldBe(["order-placed.v1", "order-confirmed.v1", "order-return-requested.v1", "order-return-completed.v1"]);
        (await PostAsync(shop, orderId, "r2", new { lines = new[] { new { sku = "A", quantity = 2 } } })).StatusCode.ShouldBe(HttpStatusCode.Conflict);
    }

    [Theory]
    [InlineData("""{"lines":[]}""", 422, "lines")]
    [InlineData("""{"lines":[{"sku":"A","quantity":0}]}""", 422, "lines[0].quantity")]
    [InlineData("""{"lines":[{"quantity":1}]}""", 422, "lines[0].sku")]
    [InlineData("""{"lines":[{"sku":"A","quantity":1}],"reason":"a\nb"}""", 422, "reason")]
    [InlineData("""{"lines":[{"sku":"A","quantity":"many"}]}""", 400, "lines[0].quantity")]
    [InlineData("null", 400, "body")]
    public async Task A_return_that_cannot_be_meant_is_refused_and_named(string body, int status, string field)
    {
        await using var shop = await TestOrdering.StartAsync();
        var orderId = await shop.PlacedAsync("key");
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/orders/{orderId}/returns") { Content = content };
        (await shop.Client.PostAsync(new Uri($"/orders/{orderId}/returns", UriKind.Relative), JsonContent.Create(new { }))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        request.Headers.Add("Idempotency-Key", "r");

        var refused = await shop.Client.SendAsync(request);

        ((int)refused.StatusCode).ShouldBe(status);
        ((string)(await TestOrdering.JsonAsync(refused))["field"]!).ShouldBe(field);
        (await PostAsync(shop, Guid.CreateVersion7(), "r", new { lines = new[] { new { sku = "A", quantity = 1 } } })).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private static OrderCommand.RequestReturn Return(Guid returnId, params (string Sku, int Quantity)[] units) =>
        new OrderCommand.RequestReturn(returnId, [.. units.Select(line => new ReturnedUnits(line.Sku, line.Quantity))], "cracked", At);

    private static Order Given(params OrderCommand[] commands) =>
        commands.Aggregate(Order.Initial, (state, command) => OrderDecider.Decide(command, state).Aggregate(state, Order.Evolve));

    private static (string Code, string? Field) Refusal(OrderCommand command, Order state)
    {
        var refusal = Should.Throw<DomainException>(() => OrderDecider.Decide(command, state));
        return (refusal.Code, refusal.Field);
    }

    private static Task<HttpResponseMessage> PostAsync(TestOrdering shop, Guid orderId, string key, object body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/orders/{orderId}/returns") { Content = JsonContent.Create(body) };
        request.Headers.Add("Idempotency-Key", key);
        return shop.Client.SendAsync(request);
    }
}
