using Shop.Contracts;
using Shop.Orchestration;

namespace Shop.Services.Tests.Saga.Orchestrator;

public sealed class OrderSagaCancellationTests
{
    private readonly SagaRig rig = new();

    [Fact]
    public async Task Cancelling_before_the_decision_cancels_what_was_tried()
    {
        var orderId = await rig.SagaInAsync("Trying");
        await rig.TellAsync(orderId, "StockReserved");

        (await rig.TellAsync(orderId, "OrderCancellationRequested")).Names().ShouldBe(["CancelStock", "VoidPayment"]);
        await rig.TellAsync(orderId, "StockCancelled");
        (await rig.TellAsync(orderId, "PaymentVoided")).ShouldHaveSingleItem().ShouldBe(new CancelOrder { OrderId = orderId, Reason = "changed my mind" });
        await rig.TellAsync(orderId, "OrderCancelled");

        rig.StateOf(orderId).ShouldBe("Cancelled");
    }

    [Theory]
    [InlineData("Confirming", "StockConfirmed PaymentCaptured OrderConfirmed")]
    [InlineData("Completing", "OrderConfirmed")]
    public async Task Cancelling_after_the_decision_waits_for_the_confirmation_and_compensates(string state, string rest)
    {
        var orderId = await rig.SagaInAsync(state);

        (await rig.TellAsync(orderId, "OrderCancellationRequested")).ShouldBeEmpty();
        rig.StateOf(orderId).ShouldBe(state);
        await rig.TellAllAsync(orderId, rest.Split(' '));
        rig.StateOf(orderId).ShouldBe("Compensating");
        await rig.TellAllAsync(orderId, "StockReturned", "PaymentRefunded", "OrderCancelled");

        (rig.StateOf(orderId), rig.Find(orderId)!.Reason).ShouldBe(("Cancelled", "changed my mind"));
    }

    [Fact]
    public async Task Cancelling_a_confirmed_order_refunds_and_restocks()
    {
        var orderId = await rig.SagaInAsync("Confirmed");

        (await rig.TellAsync(orderId, "OrderCancellationRequested")).Names().ShouldBe(["RefundPayment", "ReturnStock"]);
        (rig.Find(orderId)!.EndedAt, rig.DeadlineOf(orderId)).ShouldBe((null, rig.Clock.GetUtcNow() + TimeSpan.FromSeconds(5)));
        await rig.TellAsync(orderId, "PaymentRefunded");
        (await rig.TellAsync(orderId, "StockReturned")).Names().ShouldBe(["CancelOrder"]);
        await rig.TellAsync(orderId, "OrderCancelled");

        (rig.StateOf(orderId), rig.ScheduledCount).ShouldBe(("Cancelled", 0));
    }

    [Fact]
    public async Task A_remembered_cancellation_does_not_hide_why_Confirm_failed()
    {
        var orderId = await rig.SagaInAsync("Confirming");

        await rig.TellAllAsync(orderId, "OrderCancellationRequested", "StockConfirmationRejected", "StockReturned");

        (await rig.TellAsync(orderId, "PaymentRefunded")).ShouldHaveSingleItem().ShouldBe(new RejectOrder { OrderId = orderId, Reason = "lease expired" });
    }

    [Theory]
    [InlineData("Cancelling")]
    [InlineData("Compensating")]
    [InlineData("Closing")]
    [InlineData("Rejected")]
    [InlineData("Cancelled")]
    public async Task Cancelling_what_is_being_undone_anyway_changes_nothing(string state)
    {
        var orderId = await rig.SagaInAsync(state);

        (await rig.TellAsync(orderId, "OrderCancellationRequested")).ShouldBeEmpty();

        rig.StateOf(orderId).ShouldBe(state);
    }

    [Fact]
    public async Task A_cancellation_that_overtakes_its_order_ends_it_before_anything_is_tried()
    {
        var orderId = Given.NewOrder();

        (await rig.TellAsync(orderId, "OrderCancellationRequested")).ShouldHaveSingleItem().ShouldBe(new CancelOrder { OrderId = orderId, Reason = "changed my mind" });
        (await rig.TellAsync(orderId, "OrderPlaced")).ShouldBeEmpty();
        await rig.TellAsync(orderId, "OrderCancelled");

        var saga = rig.Find(orderId)!;
        (saga.CurrentState, saga.TotalMinor, saga.Stock, saga.Payment).ShouldBe(("Cancelled", 1_300, StockStanding.Untried, PaymentStanding.Untried));
        rig.ScheduledCount.ShouldBe(0);
    }
}
