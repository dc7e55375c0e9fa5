using Shop.Contracts;
using static Shop.Inventory.Tests.Shelf;

namespace Shop.Inventory.Tests;

/// <summary>Units that come back from a confirmed order, in parts.</summary>
public sealed class ReturnedLinesTests
{
    private static readonly Guid Mine = Order(1);
    private static readonly Guid First = Order(101);
    private static readonly Guid Second = Order(102);

    private readonly Shelf shelf = new Shelf().With("MUG", 5).With("LAMP", 2);

    public ReturnedLinesTests()
    {
        shelf.Do(Mine, Try(Mine, ("MUG", 2), ("LAMP", 1), ("MUG", 1)));
        shelf.Do(Mine, Confirm());
    }

    [Fact]
    public void Returned_units_are_on_hand_again_and_the_rest_stays_sold()
    {
        var (decision, reply) = shelf.Do(Mine, ReturnLines(First, ("MUG", 2)));

        decision.Reservation.ShouldHaveSingleItem().ShouldBeOfType<ReservationEvent.LinesReturned>().ReturnId.ShouldBe(First);
        decision.Stock.ShouldHaveSingleItem().Events.ShouldBe([new StockEvent.Returned(Mine, 2)]);
        reply.ShouldBe(new StockLinesReturned { OrderId = Mine, ReturnId = First });
        shelf.Stock("MUG").ShouldBe(new("MUG", OnHand: 4, Reserved: 0, Received: 5, Sold: 3, Returned: 2, Adjusted: 0));
        shelf.Reservation(Mine).ShouldBeOfType<Reservation.Confirmed>();
    }

    [Fact]
    public void A_repeat_changes_nothing_and_is_answered_the_same()
    {
        shelf.Do(Mine, ReturnLines(First, ("MUG", 2)));

        var (decision, reply) = shelf.Do(Mine, ReturnLines(First, ("MUG", 2)));

        decision.ShouldBe(ReservationDecision.Nothing);
        reply.ShouldBe(new StockLinesReturned { OrderId = Mine, ReturnId = First });
    }

    [Theory]
    [InlineData("MUG", 2)]
    [InlineData("LAMP", 2)]
    [InlineData("GHOST", 1)]
    [InlineData("MUG", 0)]
    public void More_than_is_still_sold_to_the_order_never_comes_back(string sku, int units)
    {
        shelf.Do(Mine, ReturnLines(First, ("MUG", 2)));

        Should.Throw<InvalidOperationException>(() => shelf.Do(Mine, ReturnLines(Second, (sku, units))));
    }

    [Fact]
    public void A_cancellation_returns_only_the_rest()
    {
        shelf.Do(Mine, ReturnLines(First, ("MUG", 2)));
        shelf.Do(Mine, ReturnLines(Second, ("LAMP", 1)));

        var (decision, reply) = shelf.Do(Mine, Return(Mine));

        decision.Stock.ShouldHaveSingleItem().Events.ShouldBe([new StockEvent.Returned(Mine, 1)]);
        reply.ShouldBe(new StockReturned { OrderId = Mine });
        (shelf.Stock("MUG").OnHand, shelf.Stock("LAMP").OnHand).ShouldBe((5, 2));
    }

    [Fact]
    public void A_cancellation_after_everything_came_back_moves_no_stock()
    {
        shelf.Do(Mine, ReturnLines(First, ("MUG", 3), ("LAMP", 1)));

        var (decision, _) = shelf.Do(Mine, Return(Mine));

        decision.Stock.ShouldBeEmpty();
        shelf.Reservation(Mine).ShouldBeOfType<Reservation.Returned>();
    }

    [Fact]
    public void A_late_return_after_the_cancellation_is_answered_and_moves_nothing()
    {
        shelf.Do(Mine, Return(Mine));

        var (decision, reply) = shelf.Do(Mine, ReturnLines(First, ("MUG", 2)));

        decision.ShouldBe(ReservationDecision.Nothing);
        reply.ShouldBe(new StockLinesReturned { OrderId = Mine, ReturnId = First });
    }

    [Fact]
    public void What_was_never_sold_cannot_come_back()
    {
        var theirs = Order(2);
        shelf.Do(theirs, Try(theirs, ("MUG", 1)));

        Should.Throw<InvalidOperationException>(() => shelf.Do(theirs, ReturnLines(First, ("MUG", 1))));
    }
}
