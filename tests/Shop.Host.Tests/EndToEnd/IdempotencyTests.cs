using Xunit.Abstractions;

namespace Shop.Host.Tests.EndToEnd;

public sealed class IdempotencyTests(ShopFixture fixture, ITestOutputHelper output) : IClassFixture<ShopFixture>
{
    private readonly ShopClient shop = fixture.Client;

    [Fact]
    public async Task The_same_key_fifty_times_at_once_is_one_order_with_fifty_equal_bodies()
    {
        await shop.ListProductAsync("FIFTY", 100);
        var purchase = new Purchase("FIFTY") { CustomerId = "fifty" };

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => shop.PlaceAsync(purchase)));

        output.WriteLine($"{answers.Select(answer => answer.Body).Distinct().Count()} distinct bodies: {answers[0].Body}");
        answers.ShouldAllBe(answer => answer.Status == 201);
        answers.Select(answer => answer.Body).Distinct().Count().ShouldBe(1);
        (await shop.StockAsync("FIFTY")).ShouldBe((99, 0, 1));
        await shop.UntilStatusAsync(answers[0].OrderId, "confirmed");
        await Quiet.WaitAsync(fixture.Shop.Application.Services);
        (await shop.GetAsync("/orders?customer=fifty"))["items"].GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task The_same_key_with_another_body_is_refused()
    {
        await shop.ListProductAsync("OTHER-BODY", 100);
        var purchase = new Purchase("OTHER-BODY");
        (await shop.PlaceAsync(purchase)).ShouldBe(201);

        (await shop.PlaceAsync(purchase with { Quantity = 2 })).ShouldBeProblem(422, "idempotency-key-reused", "Idempotency-Key");
        (await shop.PlaceAsync(purchase with { Quantity = 2, CustomerId = "bob" })).ShouldBe(201);
    }

    [Fact]
    public async Task A_missing_key_is_named()
    {
        (await shop.PlaceAsync(new Purchase("ANY").Body, key: null)).ShouldBeProblem(400, "idempotency-key-missing", "Idempotency-Key");
    }

    [Fact]
    public async Task While_the_first_request_runs_its_repetition_is_told_when_to_come_back()
    {
        await shop.ListProductAsync("RUNNING", 100);
        var purchase = new Purchase("RUNNING", 1, Cards.Slow) { CustomerId = "running" };
        var first = shop.PlaceAsync(purchase);
        await ShopClient.UntilAsync(async () => (await shop.GetAsync("/orders?customer=running"))["items"].GetArrayLength() == 1, "the order is placed");

        var second = await shop.PlaceAsync(purchase with { WaitSeconds = null });

        second.ShouldBeProblem(409, "request-in-progress", "Idempotency-Key").Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(1));
        (await shop.PlaceAsync(purchase)).Body.ShouldBe((await first).ShouldBe(201).Body);
    }

    [Fact]
    public async Task A_risen_price_is_refused_with_the_quote_and_a_lower_one_is_passed_on()
    {
        await shop.ListProductAsync("PRICED", 100, unitPriceMinor: 1_500);

        var risen = (await shop.PlaceAsync(new Purchase("PRICED", 2) { UnitPriceMinor = 1_400 })).ShouldBeProblem(409, "price-changed", "lines");
        risen["quote"].GetProperty("totalMinor").GetInt64().ShouldBe(3_000);

        var cheaper = (await shop.PlaceAsync(new Purchase("PRICED", 2) { UnitPriceMinor = 1_600 })).ShouldBe(201);
        cheaper["totalMinor"].GetInt64().ShouldBe(3_000);
    }

    [Fact]
    public async Task An_unknown_product_and_a_card_number_are_refused_by_field()
    {
        await shop.ListProductAsync("KNOWN", 100);

        (await shop.PlaceAsync(new Purchase("NO-SUCH-THING"))).ShouldBeProblem(422, "unknown-sku", "lines[0].sku");
        var card = (await shop.PlaceAsync(new Purchase("KNOWN", 1, "4242 4242 4242 4242"))).ShouldBeProblem(422, "invalid-order", "paymentMethod");
        card.Body.ShouldNotContain("4242");
    }
}

public sealed class RestartTests
{
    [Fact]
    public async Task After_a_restart_the_same_key_gets_the_same_bytes()
    {
        await using var shop = await RunningShop.StartAsync();
        await shop.Client.ListProductAsync("AGAIN", 100);
        var confirmed = new Purchase("AGAIN");
        var unfinished = new Purchase("AGAIN") { WaitSeconds = null };
        var first = new[] { (await shop.Client.PlaceAsync(confirmed)).ShouldBe(201), (await shop.Client.PlaceAsync(unfinished)).ShouldBe(202) };

        await shop.RestartAsync();

        var second = new[] { await shop.Client.PlaceAsync(confirmed), await shop.Client.PlaceAsync(unfinished) };
        second.Select(answer => (answer.Status, answer.Body)).ShouldBe(first.Select(answer => (answer.Status, answer.Body)));
        (await shop.Client.PlaceAsync(confirmed with { Quantity = 9 })).ShouldBeProblem(422, "idempotency-key-reused", "Idempotency-Key");
        (await shop.StopAndAuditAsync()).Totals.Confirmed.ShouldBe(2);
    }
}
