using Shop.Contracts;
using static Shop.Inventory.Tests.Shelf;

namespace Shop.Inventory.Tests;

/// <summary>The rows of the design's table "Exact behaviour where others get it wrong" that the stock decides.</summary>
public sealed class ExactBehaviourTests
{
    private static readonly Guid Mine = Order(1);
    private static readonly Guid Theirs = Order(2);

    private readonly Shelf shelf = new Shelf().With("MUG", 5);

    [Fact]
    public void A_repeated_try_confirm_or_cancel_is_answered_with_the_stored_outcome_and_no_new_event()
    {
        Repeated(Mine, Try(Mine, ("MUG", 2))).ShouldBe(new StockReserved { OrderId = Mine, LeaseExpiresAt = LeaseEnd });
        Repeated(Mine, Confirm()).ShouldBe(new StockConfirmed { OrderId = Mine });
        Repeated(Mine, Try(Mine, ("MUG", 2))).ShouldBe(new StockReserved { OrderId = Mine, LeaseExpiresAt = LeaseEnd });
        Repeated(Theirs, Try(Theirs, ("MUG", 4))).ShouldBe(new StockRejected { OrderId = Theirs, Reason = "MUG: wanted 4, available 3" });
        Repeated(Order(3), Cancel(Order(3))).ShouldBe(new StockCancelled { OrderId = Order(3) });
    }

    [Fact]
    public void Cancel_before_try_records_a_fence_and_answers_success_and_does_nothing_else()
    {
        var (decision, reply) = shelf.Do(Mine, Cancel(Mine));

        decision.Reservation.ShouldBe([new ReservationEvent.Fenced(Mine, "changed my mind")]);
        decision.Stock.ShouldBeEmpty();
        reply.ShouldBe(new StockCancelled { OrderId = Mine });
    }

    [Fact]
    public void Try_after_its_cancel_is_refused_for_good()
    {
        shelf.Do(Mine, Cancel(Mine));
        shelf.Do(Theirs, Try(Theirs, ("MUG", 2)));
        shelf.Do(Theirs, Cancel(Theirs));

        foreach (var order in new[] { Mine, Theirs })
        {
            var (decision, reply) = shelf.Do(order, Try(order, ("MUG", 2)));
            Nothing(decision);
            reply.ShouldBe(new StockCancelled { OrderId = order });
        }

        shelf.Stock("MUG").Reserved.ShouldBe(0);
    }

    [Fact]
    public void Confirm_after_cancel_is_answered_with_the_cancel()
    {
        shelf.Do(Mine, Try(Mine, ("MUG", 2)));
        shelf.Do(Mine, Cancel(Mine));
        shelf.Do(Theirs, Cancel(Theirs));

        foreach (var order in new[] { Mine, Theirs })
        {
            var (decision, reply) = shelf.Do(order, Confirm());
            Nothing(decision);
            reply.ShouldBe(new StockCancelled { OrderId = order });
        }
    }

    [Fact]
    public void Cancel_after_confirm_is_answered_with_the_confirm()
    {
        shelf.Do(Mine, Try(Mine, ("MUG", 2)));
        shelf.Do(Mine, Confirm());

        var (decision, reply) = shelf.Do(Mine, Cancel(Mine));

        Nothing(decision);
        reply.ShouldBe(new StockConfirmed { OrderId = Mine });
    }

    [Fact]
    public void Confirm_without_try_is_refused_without_effect()
    {
        var (decision, reply) = shelf.Do(Mine, Confirm());

        Nothing(decision);
        reply.ShouldBe(new StockConfirmationRejected { OrderId = Mine, Reason = "nothing was reserved" });
        shelf.Do(Mine, Try(Mine, ("MUG", 2))).Reply.ShouldBeOfType<StockReserved>();
    }

    [Fact]
    public void Lease_expiry_races_confirm_and_the_first_to_decide_wins()
    {
        shelf.Do(Mine, Try(Mine, ("MUG", 5)));
        shelf.Do(Mine, Confirm()).Reply.ShouldBe(new StockConfirmed { OrderId = Mine });
        Nothing(shelf.Do(Mine, Expire()).Decision);
        shelf.Reservation(Mine).ShouldBeOfType<Reservation.Confirmed>();

        var other = new Shelf().With("MUG", 5);
        other.Do(Mine, Try(Mine, ("MUG", 5)));
        other.Do(Mine, Expire()).Decision.Reservation.ShouldBe([new ReservationEvent.Expired(1)]);
        other.Do(Theirs, Try(Theirs, ("MUG", 1)));
        other.Do(Mine, Confirm()).Reply.ShouldBe(
            new StockConfirmationRejected { OrderId = Mine, Reason = "lease expired and stock gone: MUG: wanted 5, available 4" });
    }

    [Fact]
    public void A_confirm_that_lost_to_the_expiry_stays_rejected_when_stock_comes_back()
    {
        shelf.Do(Mine, Try(Mine, ("MUG", 5)));
        shelf.Do(Mine, Expire());
        shelf.Do(Theirs, Try(Theirs, ("MUG", 1)));
        var rejected = shelf.Do(Mine, Confirm()).Reply;
        shelf.Do(Theirs, Cancel(Theirs));

        Repeated(Mine, Confirm()).ShouldBe(rejected);
        shelf.Do(Mine, Try(Mine, ("MUG", 5))).Reply.ShouldBeOfType<StockRejected>();
        shelf.Do(Mine, Cancel(Mine)).Reply.ShouldBe(new StockCancelled { OrderId = Mine });
        shelf.Do(Mine, Return(Mine)).Reply.ShouldBe(new StockReturned { OrderId = Mine });
        shelf.Stock("MUG").ShouldBe(new("MUG", OnHand: 5, Reserved: 0, Received: 5, Sold: 0, Returned: 0, Adjusted: 0));
    }

    [Fact]
    public void Confirm_wins_after_the_lease_time_as_long_as_nobody_expired_it()
    {
        // The Confirm carries no time: a process that was paused past the lease decides the same.
        shelf.Do(Mine, Try(Mine, ("MUG", 5)));

        shelf.Do(Mine, Confirm()).Reply.ShouldBe(new StockConfirmed { OrderId = Mine });
    }

    [Fact]
    public void Confirm_after_the_expiry_sells_directly_when_everything_is_still_there()
    {
        shelf.Do(Mine, Try(Mine, ("MUG", 2)));
        shelf.Do(Mine, Expire());

        var (decision, reply) = shelf.Do(Mine, Confirm());

        decision.Reservation.ShouldBe([new ReservationEvent.Confirmed()]);
        decision.Stock.ShouldHaveSingleItem().Events.ShouldBe([new StockEvent.Reserved(Mine, 2), new StockEvent.Sold(Mine, 2)]);
        reply.ShouldBe(new StockConfirmed { OrderId = Mine });
    }

    [Fact]
    public void An_expiry_of_another_lease_or_before_its_time_has_no_effect()
    {
        Nothing(shelf.Do(Mine, Expire()).Decision);
        shelf.Do(Mine, Try(Mine, ("MUG", 2)));

        Nothing(shelf.Do(Mine, Expire(lease: 2)).Decision);
        Nothing(shelf.Do(Mine, Expire(at: LeaseEnd.AddTicks(-1))).Decision);
        shelf.Do(Mine, Expire()).Decision.Stock.ShouldHaveSingleItem().Events.ShouldBe([new StockEvent.Released(Mine, 2)]);
    }

    [Fact]
    public void Many_buyers_few_units_sells_exactly_what_there_is()
    {
        var replies = Enumerable.Range(1, 200).Select(number => shelf.Do(Order(number), Try(Order(number), ("MUG", 1))).Reply).ToArray();

        replies.OfType<StockReserved>().Count().ShouldBe(5);
        replies.OfType<StockRejected>().Count().ShouldBe(195);
        shelf.Stock("MUG").Available.ShouldBe(0);
    }

    private object? Repeated(Guid order, ReservationCommand command)
    {
        var first = shelf.Do(order, command).Reply;
        var (decision, again) = shelf.Do(order, command);
        Nothing(decision);
        again.ShouldBe(first);
        return again;
    }

    private static void Nothing(ReservationDecision decision)
    {
        decision.Reservation.ShouldBeEmpty();
        decision.Stock.ShouldBeEmpty();
    }
}
