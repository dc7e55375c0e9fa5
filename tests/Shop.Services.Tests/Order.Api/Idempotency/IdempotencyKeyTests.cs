using System.Net;
using System.Net.Http.Json;
using Shop.Contracts;

namespace Shop.Ordering.Tests;

public sealed class IdempotencyKeyTests
{
    [Fact]
    public async Task A_request_without_the_key_is_told_to_send_it()
    {
        await using var shop = await TestOrdering.StartAsync();
        var response = await shop.Client.PostAsJsonAsync("/orders", TestOrdering.Cart());

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        ((string)(await TestOrdering.JsonAsync(response))["field"]!).ShouldBe("Idempotency-Key");
    }

    [Fact]
    public async Task The_same_key_and_body_get_the_same_response_byte_for_byte_also_after_a_restart()
    {
        Answer first;
        string folder;
        await using (var shop = await TestOrdering.StartAsync(keepFolder: true))
        {
            folder = shop.Folder;
            first = await Answer.Of(await shop.PlaceAsync("key", TestOrdering.Cart()));
            first.Status.ShouldBe(HttpStatusCode.Accepted);
            first.Location.ShouldStartWith("/orders/");
            await shop.SendAsync(new ConfirmOrder { OrderId = Guid.Parse(first.Location!.Split('/')[2]) });
            await shop.PriceAsync("A", 900, 2);
            (await Answer.Of(await shop.PlaceAsync("key", TestOrdering.Cart()))).ShouldBe(first);
            (await Answer.Of(await shop.PlaceAsync("key", TestOrdering.Cart(), "wait=2"))).ShouldBe(first);
        }

        await using var restarted = await TestOrdering.StartAsync(folder);
        (await Answer.Of(await restarted.PlaceAsync("key", TestOrdering.Cart()))).ShouldBe(first);
        (await restarted.CountAsync("order-placed.v1")).ShouldBe(1);
    }

    [Fact]
    public async Task The_same_key_with_another_body_is_422()
    {
        await using var shop = await TestOrdering.StartAsync();
        await shop.PlacedAsync("key");
        var response = await shop.PlaceAsync("key", TestOrdering.Cart(quantity: 3));

        response.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        ((string)(await TestOrdering.JsonAsync(response))["code"]!).ShouldBe("idempotency-key-reused");
        (await shop.CountAsync("order-placed.v1")).ShouldBe(1);
    }

    [Fact]
    public async Task The_same_key_of_another_customer_is_another_order()
    {
        await using var shop = await TestOrdering.StartAsync();
        Guid[] orders = [await shop.PlacedAsync("key"), await shop.PlacedAsync("key", "c-1"), await shop.PlacedAsync("key", "c-2")];
        orders.Distinct().Count().ShouldBe(3);
    }

    [Theory]
    [InlineData(null, HttpStatusCode.Accepted)]
    [InlineData("wait=60", HttpStatusCode.Created)]
    public async Task Fifty_parallel_requests_with_one_key_place_one_order_and_get_fifty_equal_bodies(string? prefer, HttpStatusCode expected)
    {
        await using var shop = await TestOrdering.StartAsync();
        shop.World.OnPlaced = placed => new ConfirmOrder { OrderId = placed.OrderId };
        var responses = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => shop.PlaceAsync("key", TestOrdering.Cart(), prefer)));
        var answers = await Task.WhenAll(responses.Select(Answer.Of));

        answers.Distinct().ShouldHaveSingleItem().Status.ShouldBe(expected);
        (await shop.CountAsync("order-placed.v1")).ShouldBe(1);
        (await shop.CountAsync("request-accepted.v1")).ShouldBe(1);
        (await shop.CountAsync("request-answered.v1")).ShouldBe(1);
    }

    [Fact]
    public async Task A_double_click_on_checkout_places_one_order()
    {
        await using var shop = await TestOrdering.StartAsync();
        var clicks = await Task.WhenAll(shop.PlaceAsync("checkout-1", TestOrdering.Cart()), shop.PlaceAsync("checkout-1", TestOrdering.Cart()));

        (await Answer.Of(clicks[1])).ShouldBe(await Answer.Of(clicks[0]));
        (await shop.CountAsync("order-placed.v1")).ShouldBe(1);
        shop.World.Messages.OfType<OrderPlaced>().Count().ShouldBeLessThanOrEqualTo(1);
    }

    [Fact]
    public async Task A_repeat_while_the_first_still_runs_is_409_with_Retry_After_and_later_gets_its_answer()
    {
        await using var shop = await TestOrdering.StartAsync();
        var first = shop.PlaceAsync("key", TestOrdering.Cart(), "wait=60");
        await TestOrdering.Eventually(async () => await shop.CountAsync("order-placed.v1") == 1);

        var repeat = await shop.PlaceAsync("key", TestOrdering.Cart());
        repeat.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        repeat.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(1));
        ((string)(await TestOrdering.JsonAsync(repeat))["code"]!).ShouldBe("request-in-progress");

        await TestOrdering.Eventually(() => Task.FromResult(!shop.World.Messages.IsEmpty));
        await shop.SendAsync(new ConfirmOrder { OrderId = shop.World.Messages.OfType<OrderPlaced>().Single().OrderId });
        var answer = await Answer.Of(await first);
        answer.Status.ShouldBe(HttpStatusCode.Created);
        (await Answer.Of(await shop.PlaceAsync("key", TestOrdering.Cart()))).ShouldBe(answer);
    }

    [Fact]
    public async Task A_wait_that_runs_out_is_202_and_stays_202()
    {
        await using var shop = await TestOrdering.StartAsync();
        var answer = await Answer.Of(await shop.PlaceAsync("key", TestOrdering.Cart(), "wait=1"));
        answer.Status.ShouldBe(HttpStatusCode.Accepted);

        var orderId = Guid.Parse(answer.Location!.Split('/')[2]);
        await shop.SendAsync(new ConfirmOrder { OrderId = orderId });
        ((string)(await shop.GetAsync($"/orders/{orderId}?wait=60"))["status"]!).ShouldBe("confirmed");
        (await Answer.Of(await shop.PlaceAsync("key", TestOrdering.Cart(), "wait=1"))).ShouldBe(answer);
    }

    [Fact]
    public async Task A_client_that_went_away_finds_the_final_answer_under_its_key()
    {
        await using var shop = await TestOrdering.StartAsync();
        using var gone = new CancellationTokenSource();
        var waiting = shop.PlaceAsync("key", TestOrdering.Cart(), "wait=60", gone.Token);
        await TestOrdering.Eventually(() => Task.FromResult(!shop.World.Messages.IsEmpty));
        await gone.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => waiting);
        await shop.SendAsync(new RejectOrder { OrderId = shop.World.Messages.OfType<OrderPlaced>().Single().OrderId, Reason = "declined" });

        var response = await shop.PlaceAsync("key", TestOrdering.Cart(), "wait=60");
        response.StatusCode.ShouldBe(HttpStatusCode.Created);
        ((string)(await TestOrdering.JsonAsync(response))["status"]!).ShouldBe("rejected");
    }

    [Fact]
    public async Task An_order_that_ends_in_time_is_201_with_Location_and_Preference_Applied()
    {
        await using var shop = await TestOrdering.StartAsync();
        shop.World.OnPlaced = placed => new ConfirmOrder { OrderId = placed.OrderId };
        var response = await shop.PlaceAsync("key", TestOrdering.Cart(), "wait=60");

        response.StatusCode.ShouldBe(HttpStatusCode.Created);
        response.Headers.GetValues("Preference-Applied").ShouldBe(["wait=60"]);
        var body = await response.Content.ReadAsStringAsync();
        (await shop.Client.GetStringAsync(response.Headers.Location)).ShouldBe(body);
    }

    [Fact]
    public async Task The_key_the_order_and_its_answer_are_one_write_set()
    {
        await using var shop = await TestOrdering.StartAsync();
        await shop.PlacedAsync("nobody waits");
        await TestOrdering.Eventually(() => Task.FromResult(!shop.World.Messages.IsEmpty));
        shop.World.OnPlaced = placed => new ConfirmOrder { OrderId = placed.OrderId };
        await shop.PlaceAsync("somebody waits", TestOrdering.Cart(), "wait=60");

        var log = (await shop.Store.Engine.ReadLogAsync(0, 100, default)).Where(recorded => recorded.Type != "product-quoted.v1");
        var writeSets = log.GroupBy(recorded => recorded.RecordedAt).Select(group => string.Join(" ", group.Select(recorded => recorded.Type).Order()));
        writeSets.ShouldBe(
        [
            "order-placed.v1 request-accepted.v1 request-answered.v1",
            "order-placed.v1 request-accepted.v1",
            "order-confirmed.v1 request-answered.v1",
        ]);
    }

    [Fact]
    public async Task A_shutdown_does_not_wait_for_those_who_wait()
    {
        var shop = await TestOrdering.StartAsync();
        var waiting = shop.PlaceAsync("key", TestOrdering.Cart(), "wait=60");
        await TestOrdering.Eventually(async () => await shop.CountAsync("order-placed.v1") == 1);

        await shop.StopAsync().WaitAsync(TimeSpan.FromMinutes(2));
        (await waiting).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await shop.DisposeAsync();
    }

    private sealed record Answer(HttpStatusCode Status, string Body, string? Location, string? ContentType)
    {
        public static async Task<Answer> Of(HttpResponseMessage response) => new(
            response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers.Location?.ToString(), response.Content.Headers.ContentType?.ToString());
    }
}
