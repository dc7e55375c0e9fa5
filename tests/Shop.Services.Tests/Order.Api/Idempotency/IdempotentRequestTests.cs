using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Shop.EventSourcing;

namespace Shop.Ordering.Tests;

public sealed class IdempotentRequestTests
{
    private static readonly DateTimeOffset At = DateTimeOffset.UnixEpoch;
    private static readonly Guid OrderId = Guid.Parse("01936f5e-7c00-7000-8000-000000000001");
    private static readonly IdempotentRequestCommand.Accept Accept = new("key", "guest", "hash", OrderId, At);
    private static readonly IdempotentRequestCommand.Answer Answer = new(202, "{}", "/orders/1", At);

    [Fact]
    public void The_first_request_under_a_key_is_accepted() =>
        IdempotentRequestDecider.Decide(Accept, IdempotentRequest.Initial).ShouldBe([new IdempotentRequestEvent.Accepted("key", "guest", "hash", OrderId, At)]);

    [Fact]
    public void The_same_key_with_the_same_body_does_nothing_more()
    {
        var again = Accept with { OrderId = Guid.Empty };
        IdempotentRequestDecider.Decide(again, Given(Accept)).ShouldBeEmpty();
        IdempotentRequestDecider.Decide(again, Given(Accept, Answer)).ShouldBeEmpty();
    }

    [Fact]
    public void The_same_key_with_another_body_is_refused()
    {
        var refusal = Should.Throw<DomainException>(() => IdempotentRequestDecider.Decide(Accept with { BodyHash = "other" }, Given(Accept)));
        refusal.Conflict.ShouldBeFalse();
        refusal.Field.ShouldBe("Idempotency-Key");
    }

    [Fact]
    public void The_first_answer_wins()
    {
        var later = Answer with { StatusCode = 201, Body = "later" };
        IdempotentRequestDecider.Decide(later, Given(Accept, Answer)).ShouldBeEmpty();
        Given(Accept, Answer, later).ShouldBe(new IdempotentRequest.Answered(((IdempotentRequest.Known)Given(Accept)).Request, 202, "{}", "/orders/1"));
    }

    [Fact]
    public void Keys_are_scoped_to_the_customer()
    {
        string?[] customers = [null, "a", "b", "guest"];
        customers.Select(customer => RequestIdentity.RequestId(RequestIdentity.ScopeOf(customer), "key")).Distinct().Count().ShouldBe(customers.Length);
        RequestIdentity.RequestId(RequestIdentity.ScopeOf("a"), "bc").ShouldNotBe(RequestIdentity.RequestId(RequestIdentity.ScopeOf("ab"), "c"));
    }

    [Fact]
    public void The_same_order_written_differently_is_the_same_body()
    {
        var plain = Parse("""{"paymentMethod":"pm_card_visa","lines":[{"sku":"A","quantity":2,"unitPriceMinor":250}]}""");
        var dressed = Parse("""
            { "status": "confirmed", "totalMinor": 1, "lines": [ { "unitPriceMinor": 250, "discount": 100, "quantity": 2, "sku": "\u0041" } ],
              "currency": null, "paymentMethod": "pm_card_visa" }
            """);
        RequestIdentity.BodyHash(dressed).ShouldBe(RequestIdentity.BodyHash(plain));
    }

    [Fact]
    public void Every_field_counts_for_the_body()
    {
        PlaceOrderRequest[] requests =
        [
            new(null, null, "pm_a", [new("A", 1, 250)]),
            new("c", null, "pm_a", [new("A", 1, 250)]),
            new(null, "GBP", "pm_a", [new("A", 1, 250)]),
            new(null, null, "pm_b", [new("A", 1, 250)]),
            new(null, null, "pm_a", [new("B", 1, 250)]),
            new(null, null, "pm_a", [new("A", 2, 250)]),
            new(null, null, "pm_a", [new("A", 1, 251)]),
            new(null, null, "pm_a", [new("A", 1, null)]),
            new(null, null, "pm_a", [new("A", 1, 250), new("A", 1, 250)]),
            new(null, null, "pm_a", [null]),
            new(null, null, "pm_a", []),
            new(null, null, "pm_a", null),
        ];
        requests.Select(RequestIdentity.BodyHash).Distinct().Count().ShouldBe(requests.Length);
    }

    [Fact]
    public void Different_lines_never_have_the_same_hash()
    {
        var sku = Gen.Elements("A", "AA", "B", "", null);
        var line = sku.SelectMany(name => Gen.Elements<long?>(null, 0, 1, 11).Select(number => new PlaceOrderLine(name, number, number)));
        var request = Gen.ArrayOf(line).Select(lines => new PlaceOrderRequest(null, null, "pm_a", lines));
        Prop.ForAll(request.ToArbitrary(), request.ToArbitrary(), (left, right) =>
            left.Lines!.SequenceEqual(right.Lines!) == (RequestIdentity.BodyHash(left) == RequestIdentity.BodyHash(right))).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(null, 0)]
    [InlineData("", 0)]
    [InlineData("wait=5", 5)]
    [InlineData("WAIT = 5", 5)]
    [InlineData("return=minimal, wait=7", 7)]
    [InlineData("respond-async; x=1, wait=7; y=2", 7)]
    [InlineData("wait=7, wait=9", 7)]
    [InlineData("wait=many, wait=9", 0)]
    [InlineData("wait=-1", 0)]
    [InlineData("wait=1.5", 0)]
    [InlineData("wait", 0)]
    [InlineData("note=\"a, wait=9\", wait=3", 3)]
    [InlineData("wait=61", 60)]
    [InlineData("wait=99999999999999999999", 60)]
    public void The_wait_preference_is_read_as_RFC_7240_says(string? prefer, int seconds) => PreferWait.Seconds(prefer).ShouldBe(seconds);

    private static IdempotentRequest Given(params IdempotentRequestCommand[] commands) => commands.Aggregate(
        IdempotentRequest.Initial, (state, command) => IdempotentRequestDecider.Decide(command, state).Aggregate(state, IdempotentRequest.Evolve));

    private static PlaceOrderRequest Parse(string json) => JsonSerializer.Deserialize<PlaceOrderRequest>(json, JsonSerializerOptions.Web)!;
}
