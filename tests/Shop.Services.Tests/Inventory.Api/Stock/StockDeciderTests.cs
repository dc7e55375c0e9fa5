using Shop.EventSourcing;

namespace Shop.Inventory.Tests;

public sealed class StockDeciderTests
{
    private static readonly StockItem Some = new("MUG", OnHand: 5, Reserved: 3, Received: 5, Sold: 0, Returned: 0, Adjusted: 0);

    [Fact]
    public void Received_units_are_on_hand()
    {
        var events = StockDecider.Decide(new StockCommand.Receive("MUG", 5, "delivery 17"), StockItem.Aggregate.Initial);

        events.ShouldBe([new StockEvent.Received("MUG", 5, "delivery 17")]);
        StockItem.Aggregate.Fold(events).ShouldBe(new("MUG", OnHand: 5, Reserved: 0, Received: 5, Sold: 0, Returned: 0, Adjusted: 0));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(-2)]
    public void An_adjustment_moves_what_is_on_hand(int delta)
    {
        var item = StockItem.Aggregate.Evolve(Some, StockDecider.Decide(new StockCommand.Adjust("MUG", delta, "counted"), Some).Single());

        item.ShouldBe(Some with { OnHand = 5 + delta, Adjusted = delta });
    }

    [Fact]
    public void An_adjustment_cannot_take_reserved_units_away()
    {
        var refusal = Should.Throw<DomainException>(() => StockDecider.Decide(new StockCommand.Adjust("MUG", -3, "stolen"), Some));

        (refusal.Conflict, refusal.Code, refusal.Field).ShouldBe((false, "stock-would-be-negative", "delta"));
        refusal.Message.ShouldBe("Only 2 units of MUG are available (5 on hand, 3 reserved): delta must be at least -2.");
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_field_is_named(StockCommand command, string field) =>
        Should.Throw<DomainException>(() => StockDecider.Decide(command, Some)).Field.ShouldBe(field);

    public static TheoryData<StockCommand, string> Wrong => new()
    {
        { new StockCommand.Receive("MUG", 0, null), "quantity" },
        { new StockCommand.Receive("MUG", 1_000_000_001, null), "quantity" },
        { new StockCommand.Receive("MUG", 1, ""), "reference" },
        { new StockCommand.Adjust("MUG", 0, "counted"), "delta" },
        { new StockCommand.Adjust("MUG", int.MinValue, "counted"), "delta" },
        { new StockCommand.Adjust("MUG", 1, null!), "reason" },
    };

    [Fact]
    public void A_delivery_is_booked_once_and_another_quantity_under_its_reference_is_refused()
    {
        var booked = Receipt.Aggregate.Fold([new ReceiptEvent.Booked(5)]);

        Receipt.IsOpen(Receipt.Aggregate.Initial, Delivery(5)).ShouldBeTrue();
        Receipt.IsOpen(booked, Delivery(5)).ShouldBeFalse();
        var refusal = Should.Throw<DomainException>(() => Receipt.IsOpen(booked, Delivery(6)));
        refusal.Conflict.ShouldBeTrue();
        refusal.Message.ShouldStartWith("5 units of MUG were already received as delivery 17.");

        static StockCommand.Receive Delivery(int quantity) => new("MUG", quantity, "delivery 17");
    }
}
