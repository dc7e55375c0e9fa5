using System.Net;
using System.Net.Http.Json;
using Microsoft.EntityFrameworkCore;
using Shop.Contracts;
using Shop.EventSourcing.Projections;

namespace Shop.Ordering.Tests;

public sealed class OrderLifeTests
{
    [Fact]
    public async Task A_duplicate_message_changes_nothing_and_gets_the_same_reply()
    {
        await using var shop = await TestOrdering.StartAsync();
        var orderId = await shop.PlacedAsync("key");
        await shop.SendAsync(new ConfirmOrder { OrderId = orderId });
        await shop.SendAsync(new ConfirmOrder { OrderId = orderId });
        await shop.SendAsync(new RejectOrder { OrderId = orderId, Reason = "late" });

        await TestOrdering.Eventually(() => Task.FromResult(shop.World.Messages.OfType<OrderConfirmed>().Count() == 3));
        shop.World.Messages.OfType<OrderRejected>().ShouldBeEmpty();
        (await shop.CountAsync("order-confirmed.v1")).ShouldBe(1);
        ((long)(await shop.GetAsync($"/orders/{orderId}"))["version"]!).ShouldBe(2);
    }

    [Fact]
    public async Task A_cancellation_is_announced_once_and_ends_a_confirmed_order()
    {
        await using var shop = await TestOrdering.StartAsync();
        var orderId = await shop.PlacedAsync("key");
        await shop.SendAsync(new ConfirmOrder { OrderId = orderId });
        await shop.GetAsync($"/orders/{orderId}?wait=5");

        for (var i = 0; i < 2; i++)
        {
            var response = await shop.Client.PostAsJsonAsync($"/orders/{orderId}/cancel", new { reason = "too big" });
            response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
            ((string)(await TestOrdering.JsonAsync(response))["status"]!).ShouldBe("confirmed");
        }

        await shop.SendAsync(new CancelOrder { OrderId = orderId, Reason = "too big" });
        await TestOrdering.Eventually(() => Task.FromResult(shop.World.Messages.OfType<OrderCancelled>().Any()));
        shop.World.Messages.OfType<OrderCancellationRequested>().ShouldHaveSingleItem().Reason.ShouldBe("too big");

        var again = await shop.Client.PostAsync(new Uri($"/orders/{orderId}/cancel", UriKind.Relative), null);
        again.StatusCode.ShouldBe(HttpStatusCode.OK);
        var order = await TestOrdering.JsonAsync(again);
        ((string)order["status"]!).ShouldBe("cancelled");
        ((string)order["reason"]!).ShouldBe("too big");
    }

    [Fact]
    public async Task A_rejected_order_cannot_be_cancelled_and_an_unknown_one_is_404()
    {
        await using var shop = await TestOrdering.StartAsync();
        var orderId = await shop.PlacedAsync("key");
        await shop.SendAsync(new RejectOrder { OrderId = orderId, Reason = "declined" });
        await shop.GetAsync($"/orders/{orderId}?wait=5");

        (await shop.Client.PostAsync(new Uri($"/orders/{orderId}/cancel", UriKind.Relative), null)).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        var unknown = Guid.CreateVersion7();
        (await shop.Client.PostAsync(new Uri($"/orders/{unknown}/cancel", UriKind.Relative), null)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        foreach (var path in new[] { $"/orders/{unknown}", $"/orders/{unknown}/history", "/orders/7", "/orders/7/history" })
        {
            var response = await shop.Client.GetAsync(new Uri(path, UriKind.Relative));
            response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
            ((string)(await TestOrdering.JsonAsync(response))["code"]!).ShouldBe("order-not-found");
        }
    }

    [Fact]
    public async Task The_history_tells_everything_in_plain_words()
    {
        await using var shop = await TestOrdering.StartAsync();
        var orderId = await shop.PlacedAsync("key");
        await shop.SendAsync(new ConfirmOrder { OrderId = orderId });
        await shop.GetAsync($"/orders/{orderId}?wait=5");

        var events = (await shop.GetAsync($"/orders/{orderId}/history"))["events"]!.AsArray();
        events.Select(entry => (string)entry!["type"]!).ShouldBe(["order-placed.v1", "order-confirmed.v1"]);
        events.Select(entry => (long)entry!["version"]!).ShouldBe([1, 2]);
        ((string)events[0]!["summary"]!).ShouldBe("A guest placed an order of 1 line, 2 units, for 500 minor units of GBP.");
        ((string)events[0]!["data"]!["paymentMethod"]!).ShouldBe("pm_card_visa");
    }

    [Fact]
    public async Task The_list_is_paged_newest_first_and_filtered_and_equals_a_rebuild()
    {
        await using var shop = await TestOrdering.StartAsync();
        var orders = new List<Guid>();
        for (var i = 0; i < 7; i++)
            orders.Add(await shop.PlacedAsync($"key-{i}", i % 2 == 0 ? "even" : null));
        await shop.SendAsync(new ConfirmOrder { OrderId = orders[0] });
        await shop.SendAsync(new RejectOrder { OrderId = orders[1], Reason = "declined" });
        await shop.SendAsync(new CancelOrder { OrderId = orders[0], Reason = "too big" });
        await TestOrdering.Eventually(async () => (await shop.GetAsync("/orders?status=cancelled"))["items"]!.AsArray().Count == 1
            && (await shop.GetAsync("/orders?status=rejected"))["items"]!.AsArray().Count == 1
            && (await shop.GetAsync("/orders?status=placed"))["items"]!.AsArray().Count == 5);

        var listed = new List<Guid>();
        for (string? next = ""; next is not null;)
        {
            var page = await shop.GetAsync($"/orders?limit=3{(next.Length == 0 ? "" : $"&after={next}")}");
            listed.AddRange(page["items"]!.AsArray().Select(item => TestOrdering.OrderIdOf(item!)));
            next = (string?)page["next"];
        }

        listed.ShouldBe(Enumerable.Reverse(orders));
        (await shop.GetAsync("/orders?customer=even&status=placed"))["items"]!.AsArray().Select(item => TestOrdering.OrderIdOf(item!)).ShouldBe([orders[6], orders[4], orders[2]]);
        foreach (var wrong in new[] { "status=lost", "limit=0", "limit=201", "limit=x", "after=x" })
            (await shop.Client.GetAsync(new Uri($"/orders?{wrong}", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);

        await using var readModels = shop.Store.Engine.OpenReadModels();
        var rows = await readModels.Query<OrderRow>().ToListAsync();
        rows.OrderBy(row => row.Position).ShouldBe((await RebuildAsync(shop)).OrderBy(row => row.Position));
    }

    [Fact]
    public async Task An_import_places_each_reference_once_at_its_own_prices()
    {
        await using var shop = await TestOrdering.StartAsync();
        var import = new ImportedOrder
        {
            Reference = "file:536365",
            Lines = [.. Enumerable.Range(0, 593).Select(i => new OrderLine { Sku = $"sku-{i % 100}", Quantity = 1, UnitPriceMinor = 7 })],
            Currency = "GBP",
            PaymentMethod = "pm_card_visa",
        };
        var first = await shop.Ordering.PlaceImportedAsync(import);
        var again = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => shop.Ordering.PlaceImportedAsync(import)));
        var other = await shop.Ordering.PlaceImportedAsync(import with { Reference = "file:536366" });

        again.ShouldAllBe(id => id == first);
        other.ShouldNotBe(first);
        (await shop.CountAsync("order-placed.v1")).ShouldBe(2);
        var order = await shop.GetAsync($"/orders/{first}");
        ((long)order["totalMinor"]!).ShouldBe(593 * 7);
        order["lines"]!.AsArray().Count.ShouldBe(593);
        await shop.SendAsync(new ConfirmOrder { OrderId = first });
        ((string)(await shop.GetAsync($"/orders/{first}?wait=5"))["status"]!).ShouldBe("confirmed");
    }

    [Fact]
    public async Task An_operators_cancellation_is_announced_once_and_changes_nothing_for_a_rejected_order()
    {
        await using var shop = await TestOrdering.StartAsync();
        var orderId = await shop.PlacedAsync("key");
        var rejected = await shop.PlacedAsync("other");
        await shop.SendAsync(new RejectOrder { OrderId = rejected, Reason = "declined" });
        ((string)(await shop.GetAsync($"/orders/{rejected}?wait=5"))["status"]!).ShouldBe("rejected");

        foreach (var id in (Guid[])[orderId, orderId, rejected])
            await shop.SendAsync(new RequestOrderCancellation { OrderId = id, Reason = "fraud" });
        await TestOrdering.Eventually(async () => (await shop.Store.Engine.ReadOutboxAsync(10, default)).Count == 0);

        await TestOrdering.Eventually(() => Task.FromResult(shop.World.Messages.OfType<OrderCancellationRequested>().Any()));
        shop.World.Messages.OfType<OrderCancellationRequested>().ShouldHaveSingleItem().ShouldBe(new OrderCancellationRequested { OrderId = orderId, Reason = "fraud" });
        (await shop.CountAsync("order-cancellation-requested.v1")).ShouldBe(1);
        (await shop.Store.Engine.ReadParkedAsync(10, default)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_command_for_an_order_that_was_never_placed_is_parked_and_the_others_go_on()
    {
        await using var shop = await TestOrdering.StartAsync();
        await shop.SendAsync(new ConfirmOrder { OrderId = Guid.CreateVersion7() });
        var orderId = await shop.PlacedAsync("key");
        await shop.SendAsync(new ConfirmOrder { OrderId = orderId });

        ((string)(await shop.GetAsync($"/orders/{orderId}?wait=5"))["status"]!).ShouldBe("confirmed");
        await TestOrdering.Eventually(async () => (await shop.Store.Engine.ReadParkedAsync(10, default)).Count == 1);
    }

    private static async Task<IEnumerable<OrderRow>> RebuildAsync(TestOrdering shop)
    {
        IAsyncProjection projection = new OrderListProjection();
        var rows = new Dictionary<Guid, object?>();
        foreach (var recorded in await shop.Store.Engine.ReadLogAsync(0, 10_000, default))
        {
            if (projection.Events.TryDeserialize(recorded.Type, recorded.Data, out var @event))
            {
                var id = (Guid)projection.Key(@event, recorded)![0]!;
                rows[id] = projection.Apply(rows.GetValueOrDefault(id), @event, recorded);
            }
        }

        return rows.Values.Cast<OrderRow>();
    }
}
