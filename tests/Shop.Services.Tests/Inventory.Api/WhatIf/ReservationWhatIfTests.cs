using System.Globalization;
using Shop.EventSourcing;
using Shop.EventSourcing.Storage;

namespace Shop.Inventory.Tests.WhatIf;

/// <summary>Ten units; Ann gets six of them at second 1 and confirms at second 20, Ben wants six at second 18 and gets none.</summary>
public sealed class ReservationWhatIfTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Guid Ann = Guid.Parse("0198c0de-0000-7000-8000-00000000000a");
    private static readonly Guid Ben = Guid.Parse("0198c0de-0000-7000-8000-00000000000b");
    private static readonly ReservedLine[] SixCups = [new("CUP", 6)];

    private readonly List<RecordedEvent> log = [];

    public ReservationWhatIfTests()
    {
        Stock(0, new StockEvent.Received("CUP", 10, "delivery 1"));
        Reserved(1, Ann, new ReservationEvent.Held(Ann, SixCups, Start.AddSeconds(601), 1, Guid.Empty));
        Stock(1, new StockEvent.Reserved(Ann, 6));
        Reserved(18, Ben, new ReservationEvent.Rejected(Ben, "CUP: wanted 6, available 4"));
        Reserved(20, Ann, new ReservationEvent.Confirmed());
        Stock(20, new StockEvent.Sold(Ann, 6));
    }

    [Fact]
    public void What_is_decided_again_as_it_was_comes_out_as_it_did()
    {
        var whatIf = Suppose(new());

        whatIf.Differences().ShouldBeEmpty();
        whatIf.Supposed.Read(StockItem.Aggregate, "CUP").ShouldBe(whatIf.Actual.Read(StockItem.Aggregate, "CUP"));
    }

    [Fact]
    public void More_units_would_have_been_held_for_those_who_got_none()
    {
        var whatIf = Suppose(new(DeliveryPercent: 120));

        whatIf.Differences().ShouldBe([new(Ben.ToString(), "rejected", "held")]);
        var cups = whatIf.Supposed.Read(StockItem.Aggregate, "CUP");
        (cups.OnHand, cups.Reserved, cups.Sold).ShouldBe((6, 6, 6));
    }

    [Fact]
    public void Fewer_units_would_have_been_refused_to_those_who_got_some()
    {
        var whatIf = Suppose(new(DeliveryPercent: 50));

        whatIf.Differences().ShouldBe([new(Ann.ToString(), "confirmed", "rejected")]);
        whatIf.Supposed.Read(StockItem.Aggregate, "CUP").Sold.ShouldBe(0);
    }

    [Fact]
    public void A_shorter_lease_would_have_given_the_units_to_whoever_came_before_the_confirmation()
    {
        var whatIf = Suppose(new(LeaseSeconds: 5));

        whatIf.Differences().ShouldBe([new(Ann.ToString(), "confirmed", "confirmation-rejected"), new(Ben.ToString(), "rejected", "held")]);
    }

    [Fact]
    public void A_lease_that_is_just_long_enough_changes_nothing() => Suppose(new(LeaseSeconds: 20)).Differences().ShouldBeEmpty();

    [Fact]
    public void An_expiry_that_happened_is_repeated_unless_leases_are_supposed()
    {
        log.RemoveRange(4, 2);
        Reserved(650, Ann, new ReservationEvent.Expired(1));
        Stock(650, new StockEvent.Released(Ann, 6));

        Suppose(new()).Differences().ShouldBeEmpty();
        Suppose(new(LeaseSeconds: 1_000)).Differences().ShouldBe([new(Ann.ToString(), "expired", "held")]);
    }

    private ReservationWhatIf Suppose(ReservationSupposition supposition)
    {
        var whatIf = new ReservationWhatIf(supposition, orderId => orderId == Ben ? SixCups : null);
        log.ForEach(whatIf.Apply);
        return whatIf;
    }

    private void Stock(int second, StockEvent @event) => Record(second, "stock-CUP", StockEvent.Types, @event);

    private void Reserved(int second, Guid order, ReservationEvent @event) => Record(second, $"reservation-{order}", ReservationEvent.Types, @event);

    private void Record(int second, string stream, EventTypes types, object @event)
    {
        var (name, data) = types.Serialize(@event);
        log.Add(new(
            log.Count + 1, stream, log.Count(recorded => recorded.Stream == stream) + 1,
            Guid.Parse(string.Create(CultureInfo.InvariantCulture, $"0198c0de-0000-7000-8000-{log.Count:000000000000}")), name, data, null, Start.AddSeconds(second)));
    }
}
