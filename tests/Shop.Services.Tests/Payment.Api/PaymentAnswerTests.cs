using Shop.Payments;
using Shop.Payments.Gateway;
using Event = Shop.Payments.PaymentEvent;

namespace Shop.Services.Tests.PaymentApi;

/// <summary>Every answer of the provider to the call that is due, and to one that is not.</summary>
public sealed class PaymentAnswerTests
{
    [Theory]
    [InlineData("authorizing", "requires_capture", "Authorized", "authorized")]
    [InlineData("authorizing", "succeeded", "Authorized", "authorized")]
    [InlineData("authorizing", "processing", "OutcomeUnknown", "authorizing")]
    [InlineData("authorizing", "canceled", "Declined", "declined")]
    [InlineData("voiding, intent unknown", "requires_capture", "Authorized", "voiding")]
    [InlineData("capturing", "succeeded", "Captured", "captured")]
    [InlineData("capturing", "processing", "OutcomeUnknown", "capturing")]
    [InlineData("capturing, refund asked", "succeeded", "Captured", "refunding")]
    [InlineData("capture rejected", "canceled", "Voided", "captureRejected")]
    [InlineData("capture rejected", "succeeded", "ChargeFound", "refunding")]
    [InlineData("voiding", "canceled", "Voided", "voided")]
    [InlineData("voiding", "succeeded", "ChargeFound", "refunding")]
    [InlineData("voiding", "requires_capture", "OutcomeUnknown", "voiding")]
    [InlineData("refunding", "succeeded", "Refunded", "refunded")]
    [InlineData("refunding", "pending", "Refunded", "refunded")]
    [InlineData("refunding", "requires_action", "OutcomeUnknown", "refunding")]
    [InlineData("late charge, refunding", "succeeded", "Refunded", "refunded")]
    public void An_answer_counts_by_its_status(string given, string status, string then, string state) =>
        Check(given, new GatewayAnswer.Succeeded("pi_1", status, 4_200), then, state);

    [Theory]
    [InlineData("authorizing", "insufficient_funds", "Declined", "declined")]
    [InlineData("voiding, intent unknown", "insufficient_funds", "Declined", "voided")]
    [InlineData("capturing", "expired", "CaptureRejected", "captureRejected")]
    [InlineData("capturing, refund asked", "expired", "CaptureRejected", "captureRejected")]
    [InlineData("capture rejected", "already_captured", "CallRefused", "captureRejected")]
    [InlineData("voiding", "already_captured", "CallRefused", "voiding")]
    [InlineData("voiding", "already_canceled", "Voided", "voided")]
    [InlineData("voiding", "try_again_later", "CallRefused", "voiding")]
    [InlineData("refunding", "charge_already_refunded", "Refunded", "refunded")]
    [InlineData("refunding", "insufficient_balance", "CallRefused", "refunding")]
    public void A_refusal_ends_a_Try_and_a_Confirm_but_never_a_release(string given, string code, string then, string state) =>
        Check(given, new GatewayAnswer.Refused(code, "no", "pi_1"), then, state);

    [Theory]
    [InlineData("authorizing")]
    [InlineData("voiding, intent unknown")]
    [InlineData("capturing")]
    [InlineData("capture rejected")]
    [InlineData("voiding")]
    [InlineData("refunding")]
    public void An_unknown_outcome_is_asked_again_under_the_same_key(string given)
    {
        var before = PaymentStates.Of(given);
        var call = PaymentPolicy.NextCall(before)!;

        var after = Decide(before, call, new GatewayAnswer.Unknown("timed out"), attempt: 1).Aggregate(before, Payment.Evolve);

        PaymentPolicy.NextCall(after).ShouldBe(call);
        after.Trouble.UnknownSince.ShouldBe(PaymentStates.At);
        PaymentRow.NameOf(after).ShouldBe(PaymentRow.NameOf(before));
    }

    [Fact]
    public void Unknown_outcomes_are_written_less_and_less_often()
    {
        var payment = PaymentStates.Of("authorizing");
        var call = PaymentPolicy.NextCall(payment)!;
        var written = Enumerable.Range(1, 100).Where(attempt => Decide(payment, call, new GatewayAnswer.Unknown("timed out"), attempt).Any());
        written.ShouldBe([1, 2, 4, 8, 16, 32, 64]);
    }

    [Fact]
    public void An_unknown_outcome_of_a_call_out_of_turn_is_not_written()
    {
        var payment = PaymentStates.Of("authorizing");
        Decide(payment, PaymentPolicy.NextCall(payment)!, new GatewayAnswer.Unknown("timed out"), attempt: 0).ShouldBeEmpty();
    }

    [Fact]
    public void An_answer_that_is_not_waited_for_changes_nothing()
    {
        var calls = PaymentStates.All.Keys.Select(name => PaymentPolicy.NextCall(PaymentStates.Of(name))).OfType<ProviderCall>().ToList();
        GatewayAnswer[] answers =
        [
            new GatewayAnswer.Succeeded("pi_1", "requires_capture", 4_200), new GatewayAnswer.Succeeded("pi_1", "succeeded", 4_200),
            new GatewayAnswer.Succeeded("pi_1", "canceled", 4_200), new GatewayAnswer.Refused("code", "message", null), new GatewayAnswer.Unknown("reason"),
        ];
        foreach (var state in PaymentStates.All.Keys.Select(PaymentStates.Of))
        {
            foreach (var call in calls.Where(call => call.Key != PaymentPolicy.NextCall(state)?.Key))
                answers.SelectMany(answer => Decide(state, call, answer, attempt: 1)).ShouldBeEmpty();
        }
    }

    private static void Check(string given, GatewayAnswer answer, string then, string state)
    {
        var before = PaymentStates.Of(given);
        var call = PaymentPolicy.NextCall(before)!;

        var events = Decide(before, call, answer, attempt: 1).ToList();
        var after = events.Aggregate(before, Payment.Evolve);

        events.Single().GetType().Name.ShouldBe(then);
        PaymentRow.NameOf(after).ShouldBe(state);
        if (events[0] is not Event.OutcomeUnknown)
            Decide(after, call, answer, attempt: 2).ShouldBeEmpty("the same answer again");
    }

    private static IEnumerable<Event> Decide(Payment payment, ProviderCall call, GatewayAnswer answer, int attempt) =>
        PaymentDecider.Decide(new PaymentCommand.RecordAnswer(call, answer, attempt, PaymentStates.At), payment);
}
