using MassTransit;
using Shop.Contracts;
using Shop.Orchestration;

namespace Shop.Services.Tests.Saga.Orchestrator;

public sealed class OrderSagaTests
{
    private readonly SagaRig rig = new();

    [Fact]
    public async Task A_placed_order_tries_stock_and_payment_at_once()
    {
        var orderId = Given.NewOrder();

        var sent = await rig.TellAsync(Given.Placed(orderId));

        var reserve = sent.OfType<ReserveStock>().ShouldHaveSingleItem();
        reserve.Lines.Select(line => (line.Sku, line.Quantity)).ShouldBe([("CUP", 2), ("CUP", 1)]);
        reserve.LeaseSeconds.ShouldBe(300);
        var authorize = sent.OfType<AuthorizePayment>().ShouldHaveSingleItem();
        (authorize.AmountMinor, authorize.Currency, authorize.PaymentMethod).ShouldBe((1_300, "GBP", "pm_card_visa"));
        sent.Count.ShouldBe(2);
        var saga = rig.Find(orderId)!;
        (saga.CurrentState, saga.CustomerId, saga.TotalMinor, saga.UpdatedAt).ShouldBe(("Trying", "alice", 1_300, rig.Clock.GetUtcNow()));
    }

    [Theory]
    [InlineData("StockReserved", "PaymentAuthorized")]
    [InlineData("PaymentAuthorized", "StockReserved")]
    public async Task Both_good_answers_decide_the_order_and_confirm_both(string first, string second)
    {
        var orderId = await rig.SagaInAsync("Trying");

        (await rig.TellAsync(orderId, first)).ShouldBeEmpty();
        (await rig.TellAsync(orderId, second)).Names().ShouldBe(["CapturePayment", "ConfirmStock"]);

        rig.StateOf(orderId).ShouldBe("Confirming");
    }

    [Theory]
    [InlineData("StockConfirmed", "PaymentCaptured")]
    [InlineData("PaymentCaptured", "StockConfirmed")]
    public async Task Stock_sold_and_money_taken_confirm_the_order(string first, string second)
    {
        var orderId = await rig.SagaInAsync("Confirming");

        (await rig.TellAsync(orderId, first)).ShouldBeEmpty();
        (await rig.TellAsync(orderId, second)).Names().ShouldBe(["ConfirmOrder"]);
        (await rig.TellAsync(orderId, "OrderConfirmed")).ShouldBeEmpty();

        var saga = rig.Find(orderId)!;
        (saga.CurrentState, saga.Ending, saga.EndedAt).ShouldBe(("Confirmed", OrderEnding.Confirm, rig.Clock.GetUtcNow()));
        rig.ScheduledCount.ShouldBe(0);
    }

    [Theory]
    [InlineData("StockRejected", "sold out", "CancelStock VoidPayment")]
    [InlineData("PaymentDeclined", "card declined", "CancelStock VoidPayment")]
    [InlineData("StockCancelled", "The reservation of the stock was given up.", "VoidPayment")]
    [InlineData("PaymentVoided", "The authorization of the payment was given up.", "CancelStock")]
    public async Task A_refused_Try_cancels_whatever_was_asked_for_answered_or_not(string refusal, string reason, string commands)
    {
        var orderId = await rig.SagaInAsync("Trying");

        var sent = await rig.TellAsync(orderId, refusal);

        sent.Names().ShouldBe(commands.Split(' '));
        (rig.StateOf(orderId), rig.Find(orderId)!.Reason).ShouldBe(("Cancelling", reason));
    }

    [Fact]
    public async Task An_order_whose_Try_was_refused_is_rejected_with_the_reason()
    {
        var orderId = await rig.SagaInAsync("Cancelling");

        (await rig.TellAsync(orderId, "PaymentVoided")).ShouldBeEmpty();
        var sent = await rig.TellAsync(orderId, "StockCancelled");
        sent.ShouldHaveSingleItem().ShouldBe(new RejectOrder { OrderId = orderId, Reason = "sold out" });
        await rig.TellAsync(orderId, "OrderRejected");

        (rig.StateOf(orderId), rig.DeadlineOf(orderId), rig.Find(orderId)!.EndedAt.HasValue).ShouldBe(("Rejected", null, true));
    }

    [Theory]
    [InlineData("StockConfirmationRejected", "RefundPayment ReturnStock")]
    [InlineData("PaymentCaptureRejected", "RefundPayment ReturnStock")]
    [InlineData("StockCancelled", "RefundPayment")]
    [InlineData("StockReturned", "RefundPayment")]
    [InlineData("PaymentVoided", "ReturnStock")]
    [InlineData("PaymentRefunded", "ReturnStock")]
    public async Task A_refused_Confirm_compensates_and_rejects_the_order(string refusal, string commands)
    {
        var orderId = await rig.SagaInAsync("Confirming");

        (await rig.TellAsync(orderId, refusal)).Names().ShouldBe(commands.Split(' '));
        rig.StateOf(orderId).ShouldBe("Compensating");
        await rig.TellAllAsync(orderId, "StockReturned", "PaymentRefunded");
        rig.StateOf(orderId).ShouldBe("Closing");
        await rig.TellAsync(orderId, "OrderRejected");

        rig.StateOf(orderId).ShouldBe("Rejected");
    }

    [Theory]
    [InlineData("StockConfirmed")]
    [InlineData("PaymentCaptured")]
    public async Task A_Cancel_that_came_second_is_compensated(string decided)
    {
        var orderId = await rig.SagaInAsync("Cancelling");

        var sent = await rig.TellAsync(orderId, decided);

        sent.Names().ShouldBe(["RefundPayment", "ReturnStock"]);
        rig.StateOf(orderId).ShouldBe("Compensating");
    }

    [Theory]
    [InlineData("StockReserved")]
    [InlineData("PaymentAuthorized")]
    [InlineData("StockRejected")]
    [InlineData("PaymentDeclined")]
    public async Task A_late_answer_to_Try_does_not_stop_the_cancellation(string late)
    {
        var orderId = await rig.SagaInAsync("Cancelling");
        var before = rig.Find(orderId)!.UpdatedAt;
        rig.Clock.Advance(TimeSpan.FromSeconds(1));

        (await rig.TellAsync(orderId, late)).ShouldBeEmpty();

        (rig.StateOf(orderId), rig.Find(orderId)!.UpdatedAt).ShouldBe(("Cancelling", before));
    }

    [Fact]
    public async Task A_repeated_answer_changes_nothing()
    {
        var orderId = await rig.SagaInAsync("Trying");
        await rig.TellAsync(orderId, "StockReserved");
        var before = rig.Find(orderId)!.UpdatedAt;
        rig.Clock.Advance(TimeSpan.FromSeconds(1));

        (await rig.TellAsync(orderId, "StockReserved")).ShouldBeEmpty();

        (rig.StateOf(orderId), rig.Find(orderId)!.UpdatedAt).ShouldBe(("Trying", before));
    }

    [Fact]
    public async Task An_answer_to_no_order_fails_so_that_it_is_parked() =>
        await Should.ThrowAsync<SagaException>(() => rig.TellAsync(Given.NewOrder(), "StockReserved"));

    [Theory]
    [InlineData("OrderRejected", "Rejected")]
    [InlineData("OrderCancelled", "Cancelled")]
    public async Task An_order_that_answers_its_confirmation_with_its_end_is_compensated(string answer, string end)
    {
        var orderId = await rig.SagaInAsync("Completing");

        (await rig.TellAsync(orderId, answer)).Names().ShouldBe(["RefundPayment", "ReturnStock"]);
        await rig.TellAllAsync(orderId, "StockReturned", "PaymentRefunded", answer);

        rig.StateOf(orderId).ShouldBe(end);
    }
}
