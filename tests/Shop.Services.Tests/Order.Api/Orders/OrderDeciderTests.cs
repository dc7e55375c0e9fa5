using FsCheck;
using FsCheck.Fluent;
using Shop.Contracts;
using Shop.EventSourcing;

namespace Shop.Ordering.Tests;

public sealed class OrderDeciderTests
{
    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly Guid OrderId = Guid.Parse("01936f5e-7c00-7000-8000-000000000001");

    private static readonly OrderCommand.Place Place = new(OrderId, "c-17", [new("A", 2, 250), new("B", 1, 99)], "GBP", "pm_card_visa", At);
    private static readonly OrderCommand.RequestCancellation RequestCancellation = new("changed my mind", At);
    private static readonly OrderCommand.Confirm Confirm = new(At);
    private static readonly OrderCommand.Reject Reject = new("declined", At);
    private static readonly OrderCommand.Cancel Cancel = new("changed my mind", At);

    [Fact]
    public void Placing_freezes_lines_prices_and_total()
    {
        var placed = OrderDecider.Decide(Place, Order.Initial).ShouldHaveSingleItem().ShouldBeOfType<OrderEvent.Placed>();
        placed.TotalMinor.ShouldBe(599);
        placed.Lines.ShouldBe(Place.Lines);
        placed.PlacedAt.ShouldBe(At);
    }

    [Fact]
    public void Placing_again_does_nothing() => ThenNothingHappened(Place, Given(Place));

    [Fact]
    public void A_placed_order_is_confirmed() => OrderDecider.Decide(Confirm, Given(Place)).ShouldBe([new OrderEvent.Confirmed(At)]);

    [Fact]
    public void A_placed_order_is_rejected() => OrderDecider.Decide(Reject, Given(Place)).ShouldBe([new OrderEvent.Rejected("declined", At)]);

    [Fact]
    public void A_placed_order_is_cancelled() => OrderDecider.Decide(Cancel, Given(Place)).ShouldBe([new OrderEvent.Cancelled("changed my mind", At)]);

    [Fact]
    public void A_confirmed_order_is_cancelled_after_compensation() =>
        OrderDecider.Decide(Cancel, Given(Place, Confirm)).ShouldBe([new OrderEvent.Cancelled("changed my mind", At)]);

    [Fact]
    public void A_repeated_Confirm_is_answered_with_the_stored_outcome()
    {
        ThenNothingHappened(Confirm, Given(Place, Confirm));
        OrderDecider.ReplyTo(Given(Place, Confirm, Confirm)).ShouldBe(new OrderConfirmed { OrderId = OrderId });
    }

    [Fact]
    public void A_repeated_Reject_is_answered_with_the_stored_outcome()
    {
        var again = new OrderCommand.Reject("another reason", At);
        ThenNothingHappened(again, Given(Place, Reject));
        OrderDecider.ReplyTo(Given(Place, Reject, again)).ShouldBe(new OrderRejected { OrderId = OrderId, Reason = "declined" });
    }

    [Fact]
    public void A_repeated_Cancel_is_answered_with_the_stored_outcome()
    {
        ThenNothingHappened(Cancel, Given(Place, Cancel));
        OrderDecider.ReplyTo(Given(Place, Cancel, Cancel)).ShouldBe(new OrderCancelled { OrderId = OrderId, Reason = "changed my mind" });
    }

    [Fact]
    public void The_first_durable_decision_wins_and_the_other_is_answered_with_it()
    {
        OrderDecider.ReplyTo(Given(Place, Reject, Confirm)).ShouldBeOfType<OrderRejected>();
        OrderDecider.ReplyTo(Given(Place, Cancel, Confirm)).ShouldBeOfType<OrderCancelled>();
        OrderDecider.ReplyTo(Given(Place, Confirm, Reject)).ShouldBeOfType<OrderConfirmed>();
        OrderDecider.ReplyTo(Given(Place, Cancel, Reject)).ShouldBeOfType<OrderCancelled>();
        OrderDecider.ReplyTo(Given(Place, Reject, Cancel)).ShouldBeOfType<OrderRejected>();
    }

    [Fact]
    public void A_cancellation_is_requested_at_most_once()
    {
        OrderDecider.Decide(RequestCancellation, Given(Place)).ShouldBe([new OrderEvent.CancellationRequested("changed my mind", At)]);
        OrderDecider.Decide(RequestCancellation, Given(Place, Confirm)).ShouldHaveSingleItem();
        ThenNothingHappened(RequestCancellation, Given(Place, RequestCancellation));
        ThenNothingHappened(RequestCancellation, Given(Place, RequestCancellation, Confirm));
        ThenNothingHappened(RequestCancellation, Given(Place, Cancel));
    }

    [Fact]
    public void A_rejected_order_cannot_be_cancelled() =>
        Should.Throw<DomainException>(() => OrderDecider.Decide(RequestCancellation, Given(Place, Reject))).Conflict.ShouldBeTrue();

    [Fact]
    public void Ending_an_order_that_was_never_placed_is_a_bug()
    {
        foreach (var command in new OrderCommand[] { Confirm, Reject, Cancel, RequestCancellation })
            Should.Throw<InvalidOperationException>(() => OrderDecider.Decide(command, Order.Initial));
    }

    [Theory]
    [InlineData("A", 0, 1, "lines[0].quantity")]
    [InlineData("A", 1_000_001, 1, "lines[0].quantity")]
    [InlineData("A", 1, -1, "lines[0].unitPriceMinor")]
    [InlineData("", 1, 1, "lines[0].sku")]
    [InlineData("A", 1, 0, "lines")]
    [InlineData("A", 1_000_000, 9_007_199_255, "lines")]
    [InlineData("A", 1_000_000, long.MaxValue, "lines")]
    public void A_line_that_is_wrong_is_refused_by_its_name(string sku, int quantity, long price, string field) =>
        FieldAtFault(Place with { Lines = [new(sku, quantity, price)] }).ShouldBe(field);

    [Fact]
    public void An_order_has_1_to_1000_lines()
    {
        FieldAtFault(Place with { Lines = [] }).ShouldBe("lines");
        FieldAtFault(Place with { Lines = [.. Enumerable.Repeat(new OrderEvent.Line("A", 1, 1), 1_001)] }).ShouldBe("lines");
        OrderDecider.Decide(Place with { Lines = [.. Enumerable.Repeat(new OrderEvent.Line("A", 1, 1), 1_000)] }, Order.Initial).ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("gbp")]
    [InlineData("POUND")]
    [InlineData("")]
    public void A_currency_is_an_ISO_code(string currency) => FieldAtFault(Place with { Currency = currency }).ShouldBe("currency");

    [Theory]
    [InlineData("4242424242424242")]
    [InlineData("4242 4242 4242 4242")]
    [InlineData("pm_4242424242424242")]
    [InlineData("pm_4242_4242_4242_4242")]
    [InlineData("378282246310005")]
    [InlineData("visa")]
    [InlineData("pm_")]
    [InlineData("pm_card visa")]
    public void Card_data_is_never_taken_and_never_repeated(string paymentMethod)
    {
        var refusal = Should.Throw<DomainException>(() => OrderDecider.Decide(Place with { PaymentMethod = paymentMethod }, Order.Initial));
        refusal.Field.ShouldBe("paymentMethod");
        refusal.Message.ShouldNotContain("4242");
    }

    [Theory]
    [InlineData("pm_card_visa")]
    [InlineData("pm_1MqLiJLkdIwHu7ixUEgbFdYl")]
    public void A_token_of_the_provider_is_taken(string paymentMethod) =>
        OrderDecider.Decide(Place with { PaymentMethod = paymentMethod }, Order.Initial).ShouldHaveSingleItem();

    [Fact]
    public void No_sequence_of_commands_changes_a_durable_end_but_the_cancellation_of_a_confirmed_order()
    {
        OrderCommand[] commands = [Place, RequestCancellation, Confirm, Reject, Cancel];
        Prop.ForAll(Gen.ArrayOf(Gen.Elements(commands)).ToArbitrary(), sequence =>
        {
            var state = Given(Place);
            foreach (var command in sequence)
            {
                var before = state;
                state = When(command, before);
                if (before is Order.Ended && state.GetType() != before.GetType() && (before, state) is not (Order.Confirmed, Order.Cancelled))
                    return false;
                if (before is Order.Rejected or Order.Cancelled && state != before)
                    return false;
                if (((Order.Accepted)state).Terms != ((Order.Accepted)before).Terms)
                    return false;
            }

            return true;
        }).QuickCheckThrowOnFailure();
    }

    private static Order Given(params OrderCommand[] commands) => commands.Aggregate(Order.Initial, (state, command) => When(command, state));

    private static Order When(OrderCommand command, Order state)
    {
        try
        {
            return OrderDecider.Decide(command, state).Aggregate(state, Order.Evolve);
        }
        catch (DomainException)
        {
            return state;
        }
    }

    private static void ThenNothingHappened(OrderCommand command, Order state) => OrderDecider.Decide(command, state).ShouldBeEmpty();

    private static string? FieldAtFault(OrderCommand.Place place) =>
        Should.Throw<DomainException>(() => OrderDecider.Decide(place, Order.Initial)).Field;
}
