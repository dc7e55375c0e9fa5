using Shop.Contracts;
using Shop.Orchestration;

namespace Shop.Services.Tests.Saga.Orchestrator;

/// <summary>Returns of single lines: restocked and refunded one after the other, then the order is told.</summary>
public sealed class OrderSagaReturnTests
{
    private readonly SagaRig rig = new();

    [Theory]
    [InlineData("StockLinesReturned", "PaymentPartRefunded")]
    [InlineData("PaymentPartRefunded", "StockLinesReturned")]
    public async Task A_return_restocks_and_refunds_at_once_and_tells_the_order(string first, string second)
    {
        var orderId = await rig.SagaInAsync("Confirmed");

        var sent = await rig.TellAsync(orderId, "OrderReturnRequested");
        sent.OfType<ReturnStockLines>().ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            command => command.ReturnId.ShouldBe(Given.FirstReturn), command => command.Lines.ShouldBe([new() { Sku = "CUP", Quantity = 1 }]), command => command.Reason.ShouldBe("cracked"));
        sent.OfType<RefundPaymentPart>().ShouldHaveSingleItem().ShouldBe(
            new() { OrderId = orderId, ReturnId = Given.FirstReturn, AmountMinor = 450, Reason = "cracked" });
        sent.Count.ShouldBe(2);
        (rig.StateOf(orderId), rig.Find(orderId)!.EndedAt, rig.DeadlineOf(orderId)).ShouldBe(("Returning", null, rig.Clock.GetUtcNow() + TimeSpan.FromSeconds(5)));

        (await rig.TellAsync(orderId, first)).ShouldBeEmpty();
        (await rig.TellAsync(orderId, second)).ShouldHaveSingleItem().ShouldBe(new CompleteOrderReturn { OrderId = orderId, ReturnId = Given.FirstReturn });
        (await rig.TellAsync(orderId, "OrderReturnCompleted")).ShouldBeEmpty();

        var saga = rig.Find(orderId)!;
        (saga.CurrentState, saga.EndedAt.HasValue, saga.Ending, rig.ScheduledCount).ShouldBe(("Confirmed", true, OrderEnding.Confirm, 0));
    }

    [Fact]
    public async Task What_was_free_is_restocked_and_nothing_is_refunded_for_it()
    {
        var orderId = await rig.SagaInAsync("Confirmed");

        (await rig.TellAsync(Given.Return(orderId, Given.FirstReturn, refundMinor: 0))).Names().ShouldBe(["ReturnStockLines"]);
        (await rig.TellAsync(orderId, "StockLinesReturned")).Names().ShouldBe(["CompleteOrderReturn"]);
    }

    [Fact]
    public async Task Another_return_waits_for_the_one_under_way()
    {
        var orderId = await rig.SagaInAsync("Returning");

        (await rig.TellAsync(Given.Return(orderId, Given.SecondReturn))).ShouldBeEmpty();
        await rig.TellAllAsync(orderId, "StockLinesReturned", "PaymentPartRefunded");
        var sent = await rig.TellAsync(orderId, "OrderReturnCompleted");

        sent.OfType<ReturnStockLines>().ShouldHaveSingleItem().ReturnId.ShouldBe(Given.SecondReturn);
        rig.StateOf(orderId).ShouldBe("Returning");
        await rig.TellAllAsync(orderId, "StockLinesReturned", "PaymentPartRefunded");
        rig.StateOf(orderId).ShouldBe("Returning", "those answers were for the first return");
        await rig.TellAsync(new StockLinesReturned { OrderId = orderId, ReturnId = Given.SecondReturn });
        await rig.TellAsync(new PaymentPartRefunded { OrderId = orderId, ReturnId = Given.SecondReturn, AmountMinor = 450 });
        await rig.TellAsync(orderId, "OrderReturnCompleted");
        rig.StateOf(orderId).ShouldBe("Recording", "that was the first return again");
        await rig.TellAsync(new OrderReturnCompleted { OrderId = orderId, ReturnId = Given.SecondReturn });
        rig.StateOf(orderId).ShouldBe("Confirmed");
    }

    [Fact]
    public async Task A_repeated_request_starts_nothing()
    {
        var orderId = await rig.SagaInAsync("Recording");
        await rig.TellAsync(orderId, "OrderReturnCompleted");
        var before = rig.Find(orderId)!.UpdatedAt;
        rig.Clock.Advance(TimeSpan.FromSeconds(1));

        (await rig.TellAsync(orderId, "OrderReturnRequested")).ShouldBeEmpty();

        (rig.StateOf(orderId), rig.Find(orderId)!.UpdatedAt, rig.ScheduledCount).ShouldBe(("Confirmed", before, 0));
    }

    [Fact]
    public async Task A_return_that_overtakes_the_confirmation_is_carried_out_after_it()
    {
        var orderId = await rig.SagaInAsync("Completing");

        (await rig.TellAsync(orderId, "OrderReturnRequested")).ShouldBeEmpty();
        (await rig.TellAsync(orderId, "OrderConfirmed")).Names().ShouldBe(["RefundPaymentPart", "ReturnStockLines"]);

        rig.StateOf(orderId).ShouldBe("Returning");
    }

    [Theory]
    [InlineData("Returning", "StockLinesReturned PaymentPartRefunded OrderReturnCompleted")]
    [InlineData("Recording", "OrderReturnCompleted")]
    public async Task A_cancellation_waits_for_the_return_under_way_and_takes_the_others_with_it(string state, string rest)
    {
        var orderId = await rig.SagaInAsync(state);
        await rig.TellAsync(Given.Return(orderId, Given.SecondReturn));

        (await rig.TellAsync(orderId, "OrderCancellationRequested")).ShouldBeEmpty();
        OrderSagaPolicy.Remaining(rig.Find(orderId)!).ShouldContain(OrderStep.CancelOrder);
        await rig.TellAllAsync(orderId, rest.Split(' '));

        rig.StateOf(orderId).ShouldBe("Compensating");
        await rig.TellAllAsync(orderId, "StockReturned", "PaymentRefunded", "OrderCancelled");
        (rig.StateOf(orderId), rig.Find(orderId)!.Reason).ShouldBe(("Cancelled", "changed my mind"));
    }

    [Fact]
    public async Task A_return_that_the_cancellation_overtook_goes_with_it()
    {
        var orderId = await rig.SagaInAsync("Confirmed");
        await rig.TellAsync(orderId, "OrderCancellationRequested");

        (await rig.TellAsync(orderId, "OrderReturnRequested")).ShouldBeEmpty();
        await rig.TellAllAsync(orderId, "StockReturned", "PaymentRefunded", "OrderCancelled");

        (rig.StateOf(orderId), rig.Find(orderId)!.Returns).ShouldBe(("Cancelled", null));
    }

    [Fact]
    public async Task What_is_not_answered_is_sent_again_with_growing_pauses_until_somebody_should_look()
    {
        var orderId = await rig.SagaInAsync("Returning");
        await rig.TellAsync(orderId, "StockLinesReturned");

        for (var attempt = 1; attempt <= OrderSagaPolicy.AttentionAttempts; attempt++)
            (await rig.TimeOutAsync(orderId)).Names().ShouldBe(["RefundPaymentPart"]);

        (rig.Find(orderId)!.NeedsAttention, rig.DeadlineOf(orderId)).ShouldBe((true, rig.Clock.GetUtcNow() + TimeSpan.FromSeconds(20)));
        (await rig.TellAsync(orderId, "RetryOrderSaga")).Names().ShouldBe(["RefundPaymentPart"]);
        await rig.TellAsync(orderId, "PaymentPartRefunded");
        (rig.StateOf(orderId), rig.Find(orderId)!.NeedsAttention).ShouldBe(("Recording", false));
    }
}
