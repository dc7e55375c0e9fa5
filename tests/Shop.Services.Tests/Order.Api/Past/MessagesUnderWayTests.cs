using Shop.Contracts;

namespace Shop.Ordering.Tests.Past;

public sealed class MessagesUnderWayTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_command_that_its_receiver_has_not_handled_is_under_way() =>
        Between(Saga(sent: ["ReserveStock"]), Inventory()).ShouldBe([new("ReserveStock", "saga", "inventory", Noon)]);

    [Fact]
    public void Once_the_receiver_has_decided_its_answer_is_under_way() =>
        Between(Saga(sent: ["ReserveStock"]), Inventory(("ReserveStock", "StockReserved"))).ShouldBe([new("StockReserved", "inventory", "saga", Noon.AddSeconds(1))]);

    [Fact]
    public void While_the_receiver_still_works_on_it_nothing_is_under_way_between_the_two() =>
        Between(Saga(sent: ["ReserveStock"]), Inventory(("ReserveStock", null))).ShouldBeEmpty();

    [Fact]
    public void An_event_that_its_receiver_has_heard_is_not_under_way()
    {
        var order = new OrderPart { Service = "order", Version = 1, RecordedAt = Noon, Sent = [Sent("OrderPlaced", "saga", Noon)] };

        Between(order, Saga([])).ShouldBe([new("OrderPlaced", "order", "saga", Noon)]);
        Between(order, Saga([]) with { Taken = [new() { Message = "OrderPlaced" }] }).ShouldBeEmpty();
    }

    [Fact]
    public void A_call_to_the_provider_is_under_way_as_long_as_it_is_due() =>
        Between(new OrderPart { Service = "payment", Version = 1, RecordedAt = Noon, Sent = [Sent("Authorize", "provider", Noon)] })
            .ShouldBe([new("Authorize", "payment", "provider", Noon)]);

    [Fact]
    public void The_oldest_comes_first() =>
        Between(Saga(sent: ["ReserveStock"]), new OrderPart { Service = "payment", Version = 1, RecordedAt = Noon, Sent = [Sent("Authorize", "provider", Noon.AddSeconds(-1))] })
            .Select(message => message.Message).ShouldBe(["Authorize", "ReserveStock"]);

    private static MessageUnderWay[] Between(params OrderPart[] parts) => [.. MessagesUnderWay.Between(parts)];

    private static OrderPart Saga(string[] sent) =>
        new() { Service = "saga", Version = 1, RecordedAt = Noon, Sent = [.. sent.Select(message => Sent(message, "inventory", Noon))] };

    private static OrderPart Inventory(params (string Message, string? Answer)[] taken) => new()
    {
        Service = "inventory",
        Version = taken.Length,
        RecordedAt = taken.Length == 0 ? null : Noon.AddSeconds(1),
        Taken = [.. taken.Select(entry => new TakenMessage { Message = entry.Message, Answer = entry.Answer })],
    };

    private static SentMessage Sent(string message, string to, DateTimeOffset since) => new() { Message = message, To = to, Since = since };
}
