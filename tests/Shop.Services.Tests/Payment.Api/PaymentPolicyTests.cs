using Shop.Payments;
using Event = Shop.Payments.PaymentEvent;

namespace Shop.Services.Tests.PaymentApi;

public sealed class PaymentPolicyTests
{
    private static readonly Event CancelRefused = new Event.CallRefused(ProviderCallKind.Cancel, "already_captured", "no", PaymentStates.At);
    private static readonly Event RetrieveRefused = new Event.CallRefused(ProviderCallKind.Retrieve, "card_declined", "no", PaymentStates.At);
    private static readonly Event RefundRefused = new Event.CallRefused(ProviderCallKind.Refund, "insufficient_balance", "no", PaymentStates.At);
    private static readonly Event FoundHeld = new Event.FoundHeld("requires_capture", PaymentStates.At);

    private static readonly string Key = PaymentDecider.IdempotencyKey(PaymentStates.OrderId);

    [Fact]
    public void A_refused_cancel_asks_how_the_intent_stands()
    {
        var payment = PaymentStates.After("voiding", CancelRefused);
        PaymentPolicy.NextCall(payment).ShouldBe(new ProviderCall.Retrieve("pi_1", $"{Key}:retrieve:2"));
    }

    [Fact]
    public void An_intent_that_is_still_open_is_cancelled_again_under_a_new_key()
    {
        var payment = PaymentStates.After("voiding", CancelRefused, FoundHeld);
        PaymentPolicy.NextCall(payment).ShouldBe(new ProviderCall.Cancel("pi_1", $"{Key}:cancel:2"));
    }

    [Fact]
    public void An_intent_that_cannot_be_looked_at_is_cancelled_again() =>
        PaymentPolicy.NextCall(PaymentStates.After("voiding", CancelRefused, RetrieveRefused)).ShouldBe(new ProviderCall.Cancel("pi_1", $"{Key}:cancel:3"));

    [Fact]
    public void A_refused_refund_is_asked_again_under_a_new_key() =>
        PaymentPolicy.NextCall(PaymentStates.After("refunding", RefundRefused)).ShouldBe(new ProviderCall.Refund("pi_1", 4_200, $"{Key}:refund:2"));

    [Fact]
    public void A_late_charge_is_refunded_with_what_was_charged() =>
        PaymentPolicy.NextCall(PaymentStates.After("voiding", CancelRefused, new Event.ChargeFound(1_000, PaymentStates.At)))
            .ShouldBe(new ProviderCall.Refund("pi_1", 1_000, $"{Key}:refund"));

    [Fact]
    public void Asking_for_the_same_in_another_way_keeps_the_call_that_is_due()
    {
        var payment = PaymentStates.After("voiding", CancelRefused);
        var asked = Payment.Evolve(payment, new Event.RefundRequested("compensation", PaymentStates.At));
        PaymentPolicy.NextCall(asked).ShouldBe(PaymentPolicy.NextCall(payment));
    }

    [Fact]
    public void The_first_call_is_made_at_once_and_refused_ones_after_growing_pauses()
    {
        PaymentPolicy.PauseBefore(PaymentStates.Of("refunding")).ShouldBe(TimeSpan.Zero);
        Enumerable.Range(1, 8)
            .Select(times => PaymentPolicy.PauseBefore(PaymentStates.After("refunding", [.. Enumerable.Repeat(RefundRefused, times)])).TotalSeconds)
            .ShouldBe([0.2, 1, 5, 30, 120, 600, 600, 600]);
    }

    [Fact]
    public void Unknown_outcomes_are_asked_again_after_growing_pauses() =>
        Enumerable.Range(1, 9).Select(attempts => PaymentPolicy.PauseAfterUnknown(attempts).TotalSeconds).ShouldBe([0.2, 0.5, 1, 2, 5, 10, 30, 30, 30]);

    [Fact]
    public void What_does_not_get_on_needs_attention()
    {
        PaymentPolicy.NeedsAttention(PaymentStates.Of("refunding")).ShouldBeFalse();
        PaymentPolicy.NeedsAttention(PaymentStates.After("refunding", RefundRefused, RefundRefused)).ShouldBeTrue();
        PaymentPolicy.NeedsAttention(PaymentStates.After("authorizing", Unknown(4))).ShouldBeFalse();
        PaymentPolicy.NeedsAttention(PaymentStates.After("authorizing", Unknown(8))).ShouldBeTrue();
    }

    [Fact]
    public void An_outcome_that_became_known_needs_no_attention() =>
        PaymentPolicy.NeedsAttention(PaymentStates.After("authorizing", Unknown(8), new Event.Authorized("pi_1", PaymentStates.At))).ShouldBeFalse();

    [Fact]
    public void Payments_that_hold_nothing_and_wait_for_nothing_have_ended() =>
        PaymentStates.All.Keys.Where(name => PaymentPolicy.HasEnded(PaymentStates.Of(name)))
            .ShouldBe(["fenced", "declined", "captured", "refunded in part", "returned as a whole", "capture rejected, released", "voided", "refunded", "late charge, refunded"]);

    private static Event.OutcomeUnknown Unknown(int attempts) => new(ProviderCallKind.Authorize, "timed out", attempts, PaymentStates.At);
}
