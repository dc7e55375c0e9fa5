using Shop.Contracts;
using static Shop.Inventory.Tests.Shelf;

namespace Shop.Inventory.Tests;

public sealed class ReservationDeciderTests
{
    private static readonly Guid Mine = Order(1);
    private static readonly Guid Theirs = Order(2);

    private readonly Shelf shelf = new Shelf().With("MUG", 5).With("mug", 3).With("LAMP", 2);

    [Fact]
    public void Reserving_holds_all_lines_and_answers_with_the_lease()
    {
        var (decision, reply) = shelf.Do(Mine, Try(Mine, ("MUG", 2), ("LAMP", 1)));

        var held = decision.Reservation.ShouldHaveSingleItem().ShouldBeOfType<ReservationEvent.Held>();
        (held.OrderId, held.LeaseExpiresAt, held.LeaseNumber, held.ExpiryId).ShouldBe((Mine, LeaseEnd, 1, Mine));
        held.Lines.ShouldBe([new("MUG", 2), new("LAMP", 1)]);
        shelf.Stock("MUG").ShouldBe(new("MUG", OnHand: 5, Reserved: 2, Received: 5, Sold: 0, Returned: 0, Adjusted: 0));
        shelf.Stock("LAMP").Available.ShouldBe(1);
        reply.ShouldBe(new StockReserved { OrderId = Mine, LeaseExpiresAt = LeaseEnd });
    }

    [Fact]
    public void Lines_of_one_product_are_added_up_for_the_stock_and_kept_apart_in_the_reservation()
    {
        var (decision, _) = shelf.Do(Mine, Try(Mine, ("MUG", 2), ("LAMP", 1), ("MUG", 3)));

        decision.Stock.Select(change => change.Sku).ShouldBe(["MUG", "LAMP"]);
        decision.Stock[0].Events.ShouldBe([new StockEvent.Reserved(Mine, 5)]);
        shelf.Reservation(Mine).ShouldBeOfType<Reservation.Held>().Lines.ShouldBe([new("MUG", 2), new("LAMP", 1), new("MUG", 3)]);
    }

    [Fact]
    public void Lines_of_one_product_that_fit_alone_but_not_together_are_rejected()
    {
        var (_, reply) = shelf.Do(Mine, Try(Mine, ("MUG", 3), ("MUG", 3)));

        reply.ShouldBe(new StockRejected { OrderId = Mine, Reason = "MUG: wanted 6, available 5" });
    }

    [Fact]
    public void All_lines_or_none_and_the_reason_names_what_is_short()
    {
        var (decision, reply) = shelf.Do(Mine, Try(Mine, ("MUG", 1), ("LAMP", 3), ("LAMp", 1)));

        decision.Stock.ShouldBeEmpty();
        decision.Reservation.ShouldBe([new ReservationEvent.Rejected(Mine, "LAMP: wanted 3, available 2; LAMp: wanted 1, available 0")]);
        reply.ShouldBe(new StockRejected { OrderId = Mine, Reason = "LAMP: wanted 3, available 2; LAMp: wanted 1, available 0" });
    }

    [Fact]
    public void A_reason_with_hundreds_of_products_stays_readable()
    {
        var (_, reply) = shelf.Do(Mine, Try(Mine, [.. Enumerable.Range(1, 593).Select(number => ($"SKU{number}", 1))]));

        reply.ShouldBeOfType<StockRejected>().Reason.ShouldEndWith("SKU10: wanted 1, available 0; and 583 more");
    }

    [Fact]
    public void Skus_are_case_sensitive()
    {
        shelf.Do(Mine, Try(Mine, ("mug", 3)));

        (shelf.Stock("mug").Available, shelf.Stock("MUG").Available).ShouldBe((0, 5));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_line_without_units_is_a_bug_of_the_sender(int quantity) =>
        Should.Throw<InvalidOperationException>(() => shelf.Do(Mine, Try(Mine, ("MUG", quantity))));

    [Fact]
    public void No_lines_is_a_bug_of_the_sender() => Should.Throw<InvalidOperationException>(() => shelf.Do(Mine, Try(Mine)));

    [Fact]
    public void Confirming_sells_what_is_held()
    {
        shelf.Do(Mine, Try(Mine, ("MUG", 2), ("MUG", 1)));

        var (decision, reply) = shelf.Do(Mine, Confirm());

        decision.Stock.ShouldHaveSingleItem().Events.ShouldBe([new StockEvent.Sold(Mine, 3)]);
        shelf.Stock("MUG").ShouldBe(new("MUG", OnHand: 2, Reserved: 0, Received: 5, Sold: 3, Returned: 0, Adjusted: 0));
        reply.ShouldBe(new StockConfirmed { OrderId = Mine });
    }

    [Fact]
    public void Cancelling_releases_what_is_held()
    {
        shelf.Do(Mine, Try(Mine, ("MUG", 2)));

        var (decision, reply) = shelf.Do(Mine, Cancel(Mine));

        decision.Reservation.ShouldBe([new ReservationEvent.Cancelled("changed my mind")]);
        decision.Stock.ShouldHaveSingleItem().Events.ShouldBe([new StockEvent.Released(Mine, 2)]);
        reply.ShouldBe(new StockCancelled { OrderId = Mine });
    }

    [Fact]
    public void Confirming_a_rejected_reservation_is_refused_with_its_reason()
    {
        shelf.Do(Mine, Try(Mine, ("LAMP", 3)));

        var (decision, reply) = shelf.Do(Mine, Confirm());

        ThenNothingHappened(decision);
        reply.ShouldBe(new StockConfirmationRejected { OrderId = Mine, Reason = "LAMP: wanted 3, available 2" });
    }

    [Fact]
    public void Cancelling_a_rejected_reservation_needs_no_fence_because_it_is_final()
    {
        var rejected = shelf.Do(Mine, Try(Mine, ("LAMP", 3))).Reply;

        var (decision, reply) = shelf.Do(Mine, Cancel(Mine));
        ThenNothingHappened(decision);
        reply.ShouldBe(new StockCancelled { OrderId = Mine });

        shelf.With("LAMP", 10);
        shelf.Do(Mine, Try(Mine, ("LAMP", 3))).Reply.ShouldBe(rejected);
    }

    [Fact]
    public void Returning_what_was_sold_puts_it_back_on_hand_once()
    {
        shelf.Do(Mine, Try(Mine, ("MUG", 2)));
        shelf.Do(Mine, Confirm());

        var first = shelf.Do(Mine, Return(Mine));
        var second = shelf.Do(Mine, Return(Mine));

        first.Decision.Stock.ShouldHaveSingleItem().Events.ShouldBe([new StockEvent.Returned(Mine, 2)]);
        ThenNothingHappened(second.Decision);
        shelf.Stock("MUG").ShouldBe(new("MUG", OnHand: 5, Reserved: 0, Received: 5, Sold: 2, Returned: 2, Adjusted: 0));
        (first.Reply, second.Reply).ShouldBe((new StockReturned { OrderId = Mine }, new StockReturned { OrderId = Mine }));
        shelf.Do(Mine, Confirm()).Reply.ShouldBe(new StockCancelled { OrderId = Mine });
        shelf.Do(Mine, Cancel(Mine)).Reply.ShouldBe(new StockCancelled { OrderId = Mine });
        shelf.Do(Mine, Try(Mine, ("MUG", 2))).Reply.ShouldBe(new StockCancelled { OrderId = Mine });
    }

    [Fact]
    public void Returning_what_is_only_held_cancels_it()
    {
        shelf.Do(Mine, Try(Mine, ("MUG", 2)));

        var (_, reply) = shelf.Do(Mine, Return(Mine));

        shelf.Reservation(Mine).ShouldBeOfType<Reservation.Cancelled>();
        shelf.Stock("MUG").Available.ShouldBe(5);
        reply.ShouldBe(new StockReturned { OrderId = Mine });
    }

    [Fact]
    public void Returning_before_the_try_leaves_a_fence()
    {
        var (_, reply) = shelf.Do(Mine, Return(Mine));

        shelf.Reservation(Mine).ShouldBeOfType<Reservation.Fenced>();
        reply.ShouldBe(new StockReturned { OrderId = Mine });
        shelf.Do(Mine, Try(Mine, ("MUG", 2))).Reply.ShouldBe(new StockCancelled { OrderId = Mine });
    }

    [Fact]
    public void Cancelling_or_returning_after_the_lease_ended_makes_a_late_confirm_impossible()
    {
        foreach (var (order, end) in new (Guid, ReservationCommand)[] { (Mine, Cancel(Mine)), (Theirs, Return(Theirs)) })
        {
            shelf.Do(order, Try(order, ("MUG", 2)));
            shelf.Do(order, Expire());
            shelf.Do(order, end).Decision.Stock.ShouldBeEmpty();
            shelf.Do(order, Confirm()).Reply.ShouldBe(new StockCancelled { OrderId = order });
        }

        shelf.Stock("MUG").Available.ShouldBe(5);
    }

    [Fact]
    public void A_reservation_of_593_lines_is_one_decision()
    {
        for (var number = 1; number <= 593; number++)
            shelf.With($"SKU{number}", 1);

        var (decision, _) = shelf.Do(Mine, Try(Mine, [.. Enumerable.Range(1, 593).Select(number => ($"SKU{number}", 1))]));

        decision.Stock.Count.ShouldBe(593);
        ReservationRow.Of(shelf.Reservation(Mine)).ShouldBe(new()
        {
            OrderId = Mine,
            State = "held",
            LeaseExpiresAt = LeaseEnd,
            Units = 593,
            Lines = 593,
        });
    }

    private static void ThenNothingHappened(ReservationDecision decision)
    {
        decision.Reservation.ShouldBeEmpty();
        decision.Stock.ShouldBeEmpty();
    }
}
