using Shop.Orchestration;

namespace Shop.Services.Tests.Saga.Orchestrator;

public sealed class OrderSagaDeadlineTests
{
    private readonly SagaRig rig = new();

    public static TheoryData<string, string> WaitingAfterTrying => new()
    {
        { "Confirming", "CapturePayment ConfirmStock" },
        { "Completing", "ConfirmOrder" },
        { "Cancelling", "CancelStock VoidPayment" },
        { "Compensating", "RefundPayment ReturnStock" },
        { "Closing", "RejectOrder" },
    };

    [Fact]
    public async Task The_Try_deadline_gives_the_order_up()
    {
        var orderId = await rig.SagaInAsync("Trying");
        rig.DeadlineOf(orderId).ShouldBe(rig.Clock.GetUtcNow() + TimeSpan.FromSeconds(30));

        (await rig.TimeOutAsync(orderId)).Names().ShouldBe(["CancelStock", "VoidPayment"]);

        (rig.StateOf(orderId), rig.Find(orderId)!.Reason).ShouldBe(("Cancelling", "Stock or payment did not answer in time."));
        rig.DeadlineOf(orderId).ShouldBe(rig.Clock.GetUtcNow() + TimeSpan.FromSeconds(5));
    }

    [Theory]
    [MemberData(nameof(WaitingAfterTrying))]
    public async Task Every_later_state_sends_its_commands_again_with_growing_pauses_and_never_gives_up(string state, string commands)
    {
        var orderId = await rig.SagaInAsync(state);

        foreach (var pause in (int[])[5, 10, 20, 40, 80, 160, 300, 300])
        {
            (await rig.TimeOutAsync(orderId)).Names().ShouldBe(commands.Split(' '));
            rig.StateOf(orderId).ShouldBe(state);
            rig.DeadlineOf(orderId).ShouldBe(rig.Clock.GetUtcNow() + TimeSpan.FromSeconds(pause));
            rig.Find(orderId)!.NeedsAttention.ShouldBe(rig.Find(orderId)!.Attempts >= 3);
        }

        rig.ScheduledCount.ShouldBe(1);
    }

    [Fact]
    public async Task Only_the_unanswered_command_is_sent_again()
    {
        var orderId = await rig.SagaInAsync("Confirming");
        await rig.TellAsync(orderId, "PaymentCaptured");

        (await rig.TimeOutAsync(orderId)).Names().ShouldBe(["ConfirmStock"]);
    }

    [Fact]
    public async Task Progress_clears_the_attention_and_keeps_the_one_deadline()
    {
        var orderId = await rig.SagaInAsync("Confirming");
        for (var i = 0; i < 3; i++)
            await rig.TimeOutAsync(orderId);
        rig.Find(orderId)!.NeedsAttention.ShouldBeTrue();
        var deadline = rig.DeadlineOf(orderId);

        await rig.TellAllAsync(orderId, "StockConfirmed", "PaymentCaptured");

        (rig.Find(orderId)!.NeedsAttention, rig.Find(orderId)!.Attempts, rig.DeadlineOf(orderId)).ShouldBe((false, 0, deadline));
    }

    [Theory]
    [InlineData("Trying")]
    [InlineData("Confirming")]
    [InlineData("Completing")]
    [InlineData("Cancelling")]
    [InlineData("Compensating")]
    [InlineData("Closing")]
    public async Task Every_waiting_state_has_one_live_deadline(string state)
    {
        var orderId = await rig.SagaInAsync(state);

        rig.DeadlineOf(orderId).ShouldNotBeNull();
        rig.ScheduledCount.ShouldBe(1);
        OrderSagaPolicy.IsWaiting(state).ShouldBeTrue();
        OrderSagaPolicy.Awaiting(rig.Find(orderId)!).ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("Confirmed")]
    [InlineData("Rejected")]
    [InlineData("Cancelled")]
    public async Task An_ended_saga_has_no_deadline_and_ignores_one_that_still_comes(string state)
    {
        var orderId = await rig.SagaInAsync(state);

        (await rig.TellAsync(orderId, "StepTimedOut")).ShouldBeEmpty();

        (rig.StateOf(orderId), rig.ScheduledCount, OrderSagaPolicy.IsWaiting(state)).ShouldBe((state, 0, false));
    }

    [Fact]
    public async Task A_deadline_that_was_replaced_is_ignored()
    {
        var orderId = await rig.SagaInAsync("Confirming");
        var stale = rig.Find(orderId)!.DeadlineTokenId!.Value;
        await rig.TimeOutAsync(orderId);

        await rig.TellStaleDeadlineAsync(orderId, stale);

        rig.Find(orderId)!.Attempts.ShouldBe(1);
    }

    [Theory]
    [InlineData("Trying", "AuthorizePayment ReserveStock")]
    [MemberData(nameof(WaitingAfterTrying))]
    public async Task An_operators_retry_sends_the_unanswered_commands_now(string state, string commands)
    {
        var orderId = await rig.SagaInAsync(state);
        var deadline = rig.DeadlineOf(orderId);

        (await rig.TellAsync(orderId, "RetryOrderSaga")).Names().ShouldBe(commands.Split(' '));

        (rig.StateOf(orderId), rig.DeadlineOf(orderId)).ShouldBe((state, deadline));
    }

    [Theory]
    [InlineData("Confirmed")]
    [InlineData("Rejected")]
    [InlineData("Cancelled")]
    public async Task An_operators_retry_of_an_ended_saga_does_nothing(string state)
    {
        var orderId = await rig.SagaInAsync(state);

        (await rig.TellAsync(orderId, "RetryOrderSaga")).ShouldBeEmpty();

        rig.StateOf(orderId).ShouldBe(state);
    }
}
