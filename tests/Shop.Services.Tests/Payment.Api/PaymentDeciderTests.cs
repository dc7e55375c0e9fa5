using Shop.Contracts;
using Shop.Payments;
using Event = Shop.Payments.PaymentEvent;

namespace Shop.Services.Tests.PaymentApi;

/// <summary>Every command in every state: the events decided, the answer to the saga, and the call that is due then.</summary>
public sealed class PaymentDeciderTests
{
    private static readonly DateTimeOffset At = PaymentStates.At;

    /// <remarks>Answer: the reply's type, with its reason or amount where it has one; "-" when it follows later.</remarks>
    [Theory]
    // Try
    [InlineData("none", Command.Try, "AuthorizationRequested", "-", "payment-1")]
    [InlineData("fenced", Command.Try, "", "PaymentVoided", null)]
    [InlineData("authorizing", Command.Try, "", "-", "payment-1")]
    [InlineData("authorized", Command.Try, "", "PaymentAuthorized", null)]
    [InlineData("declined", Command.Try, "", "PaymentDeclined card_declined: no", null)]
    [InlineData("capturing", Command.Try, "", "PaymentAuthorized", "payment-1:capture")]
    [InlineData("capturing, refund asked", Command.Try, "", "PaymentAuthorized", "payment-1:capture")]
    [InlineData("captured", Command.Try, "", "PaymentAuthorized", null)]
    [InlineData("capture rejected", Command.Try, "", "-", "payment-1:cancel")]
    [InlineData("capture rejected, released", Command.Try, "", "PaymentVoided", null)]
    [InlineData("voiding, intent unknown", Command.Try, "", "-", "payment-1")]
    [InlineData("voiding", Command.Try, "", "-", "payment-1:cancel")]
    [InlineData("voided", Command.Try, "", "PaymentVoided", null)]
    [InlineData("refunding", Command.Try, "", "-", "payment-1:refund")]
    [InlineData("refunded", Command.Try, "", "PaymentVoided", null)]
    [InlineData("late charge, refunding", Command.Try, "", "-", "payment-1:refund")]
    [InlineData("late charge, refunded", Command.Try, "", "PaymentVoided", null)]
    // Confirm
    [InlineData("none", Command.Confirm, "", "PaymentCaptureRejected nothing is authorized for this order", null)]
    [InlineData("fenced", Command.Confirm, "", "PaymentVoided", null)]
    [InlineData("authorizing", Command.Confirm, "", "PaymentCaptureRejected nothing is authorized for this order", "payment-1")]
    [InlineData("authorized", Command.Confirm, "CaptureRequested", "-", "payment-1:capture")]
    [InlineData("declined", Command.Confirm, "", "PaymentCaptureRejected card_declined: no", null)]
    [InlineData("capturing", Command.Confirm, "", "-", "payment-1:capture")]
    [InlineData("capturing, refund asked", Command.Confirm, "", "-", "payment-1:capture")]
    [InlineData("captured", Command.Confirm, "", "PaymentCaptured 4200", null)]
    [InlineData("capture rejected", Command.Confirm, "", "PaymentCaptureRejected expired: no", "payment-1:cancel")]
    [InlineData("capture rejected, released", Command.Confirm, "", "PaymentCaptureRejected expired: no", null)]
    [InlineData("voiding, intent unknown", Command.Confirm, "", "-", "payment-1")]
    [InlineData("voiding", Command.Confirm, "", "-", "payment-1:cancel")]
    [InlineData("voided", Command.Confirm, "", "PaymentVoided", null)]
    [InlineData("refunding", Command.Confirm, "", "PaymentCaptured 4200", "payment-1:refund")]
    [InlineData("refunded", Command.Confirm, "", "PaymentCaptured 4200", null)]
    [InlineData("late charge, refunding", Command.Confirm, "", "-", "payment-1:refund")]
    [InlineData("late charge, refunded", Command.Confirm, "", "PaymentVoided", null)]
    // Cancel
    [InlineData("none", Command.Cancel, "Fenced", "PaymentVoided", null)]
    [InlineData("fenced", Command.Cancel, "", "PaymentVoided", null)]
    [InlineData("authorizing", Command.Cancel, "VoidRequested", "-", "payment-1")]
    [InlineData("authorized", Command.Cancel, "VoidRequested", "-", "payment-1:cancel")]
    [InlineData("declined", Command.Cancel, "", "PaymentVoided", null)]
    [InlineData("capturing", Command.Cancel, "", "-", "payment-1:capture")]
    [InlineData("capturing, refund asked", Command.Cancel, "", "-", "payment-1:capture")]
    [InlineData("captured", Command.Cancel, "", "PaymentCaptured 4200", null)]
    [InlineData("capture rejected", Command.Cancel, "VoidRequested", "-", "payment-1:cancel")]
    [InlineData("capture rejected, released", Command.Cancel, "", "PaymentVoided", null)]
    [InlineData("voiding, intent unknown", Command.Cancel, "", "-", "payment-1")]
    [InlineData("voiding", Command.Cancel, "", "-", "payment-1:cancel")]
    [InlineData("voided", Command.Cancel, "", "PaymentVoided", null)]
    [InlineData("refunding", Command.Cancel, "", "PaymentCaptured 4200", "payment-1:refund")]
    [InlineData("refunded", Command.Cancel, "", "PaymentCaptured 4200", null)]
    [InlineData("late charge, refunding", Command.Cancel, "", "-", "payment-1:refund")]
    [InlineData("late charge, refunded", Command.Cancel, "", "PaymentVoided", null)]
    // Refund
    [InlineData("none", Command.Refund, "Fenced", "PaymentRefunded 0", null)]
    [InlineData("fenced", Command.Refund, "", "PaymentRefunded 0", null)]
    [InlineData("authorizing", Command.Refund, "RefundRequested", "-", "payment-1")]
    [InlineData("authorized", Command.Refund, "RefundRequested", "-", "payment-1:cancel")]
    [InlineData("declined", Command.Refund, "", "PaymentRefunded 0", null)]
    [InlineData("capturing", Command.Refund, "RefundRequested", "-", "payment-1:capture")]
    [InlineData("capturing, refund asked", Command.Refund, "", "-", "payment-1:capture")]
    [InlineData("captured", Command.Refund, "RefundRequested", "-", "payment-1:refund")]
    [InlineData("capture rejected", Command.Refund, "RefundRequested", "-", "payment-1:cancel")]
    [InlineData("capture rejected, released", Command.Refund, "", "PaymentRefunded 0", null)]
    [InlineData("voiding, intent unknown", Command.Refund, "RefundRequested", "-", "payment-1")]
    [InlineData("voiding", Command.Refund, "RefundRequested", "-", "payment-1:cancel")]
    [InlineData("voided", Command.Refund, "", "PaymentRefunded 0", null)]
    [InlineData("refunding", Command.Refund, "", "-", "payment-1:refund")]
    [InlineData("refunded", Command.Refund, "", "PaymentRefunded 4200", null)]
    [InlineData("late charge, refunding", Command.Refund, "RefundRequested", "-", "payment-1:refund")]
    [InlineData("late charge, refunded", Command.Refund, "", "PaymentRefunded 4200", null)]
    // After a part was returned
    [InlineData("refunding a part", Command.Try, "", "PaymentAuthorized", "payment-1:return-00000000-0000-0000-0000-000000000000")]
    [InlineData("refunding a part, refund asked", Command.Try, "", "PaymentAuthorized", "payment-1:return-00000000-0000-0000-0000-000000000000")]
    [InlineData("refunded in part", Command.Try, "", "PaymentAuthorized", null)]
    [InlineData("returned as a whole", Command.Try, "", "PaymentAuthorized", null)]
    [InlineData("refunding a part", Command.Confirm, "", "PaymentCaptured 4200", "payment-1:return-00000000-0000-0000-0000-000000000000")]
    [InlineData("refunding a part, refund asked", Command.Confirm, "", "PaymentCaptured 4200", "payment-1:return-00000000-0000-0000-0000-000000000000")]
    [InlineData("refunded in part", Command.Confirm, "", "PaymentCaptured 4200", null)]
    [InlineData("returned as a whole", Command.Confirm, "", "PaymentCaptured 4200", null)]
    [InlineData("refunding a part", Command.Cancel, "", "PaymentCaptured 4200", "payment-1:return-00000000-0000-0000-0000-000000000000")]
    [InlineData("refunding a part, refund asked", Command.Cancel, "", "PaymentCaptured 4200", "payment-1:return-00000000-0000-0000-0000-000000000000")]
    [InlineData("refunded in part", Command.Cancel, "", "PaymentCaptured 4200", null)]
    [InlineData("returned as a whole", Command.Cancel, "", "PaymentCaptured 4200", null)]
    [InlineData("refunding a part", Command.Refund, "RefundRequested", "-", "payment-1:return-00000000-0000-0000-0000-000000000000")]
    [InlineData("refunding a part, refund asked", Command.Refund, "", "-", "payment-1:return-00000000-0000-0000-0000-000000000000")]
    [InlineData("refunded in part", Command.Refund, "RefundRequested", "-", "payment-1:refund")]
    [InlineData("returned as a whole", Command.Refund, "RefundRequested,Refunded", "PaymentRefunded 4200", null)]
    internal void Every_command_is_decided_in_every_state(string given, Command when, string then, string answer, string? nextCall)
    {
        var before = PaymentStates.Of(given);

        var events = PaymentDecider.Decide(PaymentStates.CommandOf(when), before).ToList();
        var after = events.Aggregate(before, Payment.Evolve);

        string.Join(",", events.Select(@event => @event.GetType().Name)).ShouldBe(then);
        Describe(PaymentStates.ReplyTo(when, after)).ShouldBe(answer);
        PaymentPolicy.NextCall(after)?.Key.ShouldBe(nextCall?.Replace("payment-1", PaymentDecider.IdempotencyKey(PaymentStates.OrderId), StringComparison.Ordinal));
        (PaymentPolicy.NextCall(after) is null).ShouldBe(nextCall is null);

        PaymentDecider.Decide(PaymentStates.CommandOf(when), after).ShouldBeEmpty();
        Describe(PaymentStates.ReplyTo(when, after)).ShouldBe(answer);
    }

    [Fact]
    public void The_intent_and_its_key_are_durable_before_the_provider_is_asked() =>
        PaymentDecider.Decide(PaymentStates.CommandOf(Command.Try), Payment.Aggregate.Initial).ShouldBe(
            [new Event.AuthorizationRequested(PaymentStates.OrderId, 4_200, "GBP", "pm_card_visa", $"payment-{PaymentStates.OrderId}", At)]);

    [Fact]
    public void Nothing_to_pay_is_a_bug_of_the_caller() =>
        Should.Throw<ArgumentOutOfRangeException>(() =>
            PaymentDecider.Decide(new PaymentCommand.Authorize(PaymentStates.OrderId, 0, "GBP", "pm_card_visa", At), Payment.Aggregate.Initial));

    private static string Describe(object? reply) => reply switch
    {
        null => "-",
        PaymentDeclined declined => $"PaymentDeclined {declined.Reason}",
        PaymentCaptureRejected rejected => $"PaymentCaptureRejected {rejected.Reason}",
        PaymentCaptured captured => $"PaymentCaptured {captured.AmountMinor}",
        PaymentRefunded refunded => $"PaymentRefunded {refunded.AmountMinor}",
        _ => reply.GetType().Name,
    };
}
