using Shop.Contracts;
using Shop.Inventory.Tests;
using Shop.Payments;
using Shop.Payments.Gateway;
using Shop.PaymentSandbox;
using Shop.Services.Tests.PaymentSandbox;
using Shop.Tests;

namespace Shop.Services.Tests.PaymentApi;

public sealed class PaymentReconciliationTests
{
    private readonly PushableClock clock = new();
    private readonly Guid orderId = Guid.CreateVersion7();

    [Fact]
    public async Task Payments_as_the_provider_has_them_are_no_difference_and_one_that_it_has_otherwise_is_found()
    {
        await using var payments = await RunningPayments.StartAsync(jobsBy: clock);
        var captured = Guid.CreateVersion7();
        foreach (var order in (Guid[])[orderId, captured])
        {
            await payments.TryAsync(order);
            await payments.ReplyAsync<PaymentAuthorized>(reply => reply.OrderId, order);
        }

        await payments.SendAsync(new CapturePayment { OrderId = captured });
        await payments.ReplyAsync<PaymentCaptured>(reply => reply.OrderId, captured);
        clock.Push(TimeSpan.FromMinutes(2));
        var before = await payments.Client.RunJobAsync(PaymentReconciliation.Name);
        before.ShouldHaveSucceeded();
        before.Summary.ShouldBe("0 unknown payments asked for again; 2 compared with the provider, 0 differ");

        var intentId = ((Payment.Authorized)await payments.StateAsync(orderId, state => state is Payment.Authorized)).IntentId;
        (await payments.Sandbox.Client.CancelAsync(intentId)).Status.ShouldBe(200);
        var run = await payments.Client.RunJobAsync(PaymentReconciliation.Name);

        run.Outcome.ShouldBe("failed");
        run.Error.ShouldBe("1 payments differ from the provider's intents.");
        run.Summary.ShouldBe("0 unknown payments asked for again; 2 compared with the provider, 1 differ");
        run.Lines.ShouldContain($"Order {orderId:D}, {intentId}: authorized here, canceled at the provider.");
        (await payments.StateAsync(orderId, _ => true)).ShouldBeOfType<Payment.Authorized>("It reports, and changes nothing.");
    }

    [Fact]
    public async Task A_payment_whose_outcome_is_unknown_is_asked_for_again_under_its_key()
    {
        SandboxOptions sandbox = null!;
        await using var payments = await RunningPayments.StartAsync(configure: options => sandbox = options, jobsBy: clock);
        (sandbox.Faults.Kinds, sandbox.Faults.Fraction) = ([FaultKind.ErrorAfterCharge], 1);
        await payments.TryAsync(orderId);
        await payments.StateAsync(orderId, state => state.Trouble.Attempts >= 4);
        await LoseNextCallAsync(payments);
        sandbox.Faults.Fraction = 0;

        var run = await payments.Client.RunJobAsync(PaymentReconciliation.Name);

        run.ShouldHaveSucceeded();
        run.Summary.ShouldStartWith("1 unknown payments asked for again");
        await payments.StateAsync(orderId, state => state is Payment.Authorized);
        payments.Sandbox.Ledger.ShouldHaveSingleItem().OrderId.ShouldBe(orderId.ToString());
    }

    [Theory]
    [InlineData("authorized", "requires_capture", 900, null)]
    [InlineData("authorized", "requires_capture", 901, "900 GBP in minor units here, 901 at the provider")]
    [InlineData("captured", "succeeded", 900, null)]
    [InlineData("captured", "requires_capture", 900, "captured here, requires_capture at the provider")]
    [InlineData("refunded", "succeeded", 900, null)]
    [InlineData("voided", "canceled", 900, null)]
    [InlineData("voided", "succeeded", 900, "voided here, succeeded at the provider")]
    [InlineData("capturing", "succeeded", 900, null)]
    public void What_is_settled_here_must_be_settled_there(string state, string status, long amountMinor, string? difference)
    {
        PaymentReconciliation.Difference(Row(state), new GatewayAnswer.Succeeded("pi_1", status, amountMinor)).ShouldBe(difference);
    }

    [Fact]
    public void No_answer_is_no_difference_and_a_refusal_is_one()
    {
        PaymentReconciliation.Difference(Row("captured"), new GatewayAnswer.Unknown("away")).ShouldBeNull();
        PaymentReconciliation.Difference(Row("voided"), new GatewayAnswer.Refused(GatewayCodes.AlreadyCanceled, "gone", "pi_1")).ShouldBeNull();
        PaymentReconciliation.Difference(Row("captured"), new GatewayAnswer.Refused("resource_missing", "No such intent", null))
            .ShouldBe("captured here, and the provider says resource_missing: No such intent");
    }

    private static PaymentRow Row(string state) => new()
    {
        OrderId = Guid.CreateVersion7(),
        State = state,
        AmountMinor = 900,
        Currency = "GBP",
        CapturedMinor = state is "captured" or "refunded" ? 900 : 0,
        RefundedMinor = state == "refunded" ? 900 : 0,
        IntentId = "pi_1",
        Attempts = 0,
        Refusals = 0,
        NeedsAttention = false,
        UpdatedAt = DateTimeOffset.UnixEpoch,
        Version = 3,
    };

    /// <summary>The message of the next repetition, which is not due yet: nobody would ask again.</summary>
    private static async Task LoseNextCallAsync(RunningPayments payments)
    {
        while (true)
        {
            var waiting = (await payments.Store.Engine.ReadOutboxAsync(10, default)).Where(message => message.DueAt is not null).ToList();
            if (waiting is [{ Id: var id } next] && next.DueAt - TimeProvider.System.GetUtcNow() > TimeSpan.FromSeconds(1))
            {
                await payments.Store.ExecuteAsync(unit =>
                {
                    unit.CancelScheduled(id);
                    return Task.FromResult(true);
                });
                return;
            }

            await Task.Delay(10);
        }
    }
}
