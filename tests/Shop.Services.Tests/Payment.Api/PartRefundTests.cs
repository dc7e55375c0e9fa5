using FsCheck;
using FsCheck.Fluent;
using Shop.Contracts;
using Shop.Payments;
using Shop.Payments.Gateway;
using Event = Shop.Payments.PaymentEvent;

namespace Shop.Services.Tests.PaymentApi;

/// <summary>Parts of a payment that go back for returns.</summary>
public sealed class PartRefundTests
{
    private static readonly DateTimeOffset At = PaymentStates.At;
    private static readonly Guid First = Guid.Parse("01954f6e-7c00-7000-8000-00000000000a");
    private static readonly Guid Second = Guid.Parse("01954f6e-7c00-7000-8000-00000000000b");

    [Fact]
    public void A_part_has_a_key_of_its_own_that_stays_while_its_outcome_is_unknown()
    {
        var asked = PaymentStates.After("captured", new Event.PartRefundRequested(First, 1_000, "cracked", At));
        var call = PaymentPolicy.NextCall(asked).ShouldBeOfType<ProviderCall.Refund>();
        (call.AmountMinor, call.Key).ShouldBe((1_000, $"{PaymentDecider.IdempotencyKey(PaymentStates.OrderId)}:return-{First:D}"));

        var unknown = Answered(asked, new GatewayAnswer.Unknown("timed out"));
        PaymentPolicy.NextCall(unknown)!.Key.ShouldBe(call.Key);
        var refused = Answered(asked, new GatewayAnswer.Refused("try_again_later", "Not now.", null));
        PaymentPolicy.NextCall(refused)!.Key.ShouldBe($"{call.Key}:2");
    }

    [Fact]
    public void Only_what_was_captured_and_not_given_back_can_go_back()
    {
        var refunded = PaymentStates.After("captured", new Event.PartRefundRequested(First, 4_000, "cracked", At), new Event.PartRefunded(First, 4_000, At));

        Should.Throw<InvalidOperationException>(() => Ask(refunded, Second, 201));
        Ask(refunded, Second, 200).ShouldHaveSingleItem();
        Should.Throw<ArgumentOutOfRangeException>(() => Ask(refunded, Second, 0));
        foreach (var state in (string[])["none", "authorizing", "authorized", "declined", "capturing", "voided", "capture rejected"])
            Should.Throw<InvalidOperationException>(() => Ask(PaymentStates.Of(state), First, 1), state);
    }

    [Fact]
    public void A_repeat_is_answered_with_what_was_refunded_and_another_amount_is_a_bug()
    {
        var refunded = PaymentStates.After("captured", new Event.PartRefundRequested(First, 1_000, "cracked", At), new Event.PartRefunded(First, 1_000, At));

        Ask(refunded, First, 1_000).ShouldBeEmpty();
        PaymentReplies.ToRefundPart(refunded, First).ShouldBe(new PaymentPartRefunded { OrderId = PaymentStates.OrderId, ReturnId = First, AmountMinor = 1_000 });
        Should.Throw<InvalidOperationException>(() => Ask(refunded, First, 999));
    }

    [Fact]
    public void A_late_part_of_a_payment_that_was_refunded_as_a_whole_is_answered_with_nothing_more()
    {
        var refunded = PaymentStates.Of("refunded");

        Ask(refunded, First, 1_000).ShouldBeEmpty();
        PaymentReplies.ToRefundPart(refunded, First).ShouldBe(new PaymentPartRefunded { OrderId = PaymentStates.OrderId, ReturnId = First, AmountMinor = 0 });
    }

    [Fact]
    public void What_the_provider_gave_back_behind_our_back_is_not_taken_for_the_part_unless_it_was_the_last()
    {
        var refusal = new GatewayAnswer.Refused("charge_already_refunded", "Charge has already been refunded.", null);

        Answered(PaymentStates.After("captured", new Event.PartRefundRequested(First, 1_000, "cracked", At)), refusal).ShouldBeOfType<Payment.PartRefunding>();
        Answered(PaymentStates.After("captured", new Event.PartRefundRequested(First, 4_200, "cracked", At)), refusal).ShouldBeOfType<Payment.Captured>()
            .PartsMinor.ShouldBe(4_200);
    }

    [Fact]
    public void The_row_shows_what_went_back()
    {
        var refunded = PaymentStates.After("captured", new Event.PartRefundRequested(First, 1_000, "cracked", At));
        (PaymentRow.Of(refunded, 5).State, PaymentRow.Of(refunded, 5).RefundedMinor).ShouldBe(("refundingPart", 0));
        var back = PaymentStates.After("refunded in part");
        (PaymentRow.Of(back, 6).State, PaymentRow.Of(back, 6).RefundedMinor).ShouldBe(("captured", 1_000));
        var whole = PaymentStates.After("refunded in part", new Event.RefundRequested("compensation", At), new Event.Refunded(3_200, At));
        (PaymentRow.Of(whole, 8).State, PaymentRow.Of(whole, 8).RefundedMinor).ShouldBe(("refunded", 4_200));
        PaymentRow.States.ShouldContain(PaymentRow.NameOf(refunded));
    }

    /// <summary>One return after the other, as the saga does it, then perhaps the rest; whatever is lost, refused or comes twice.</summary>
    [Fact]
    public void Any_returns_with_any_faults_give_back_each_part_once_and_never_more_than_was_taken() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2_000),
        Prop.ForAll(
            (from amounts in Gen.Choose(1, 1_400).ArrayOf(3)
             from count in Gen.Choose(0, 3)
             from undone in Gen.Elements(true, false)
             from whole in Gen.Elements(true, false)
             from choices in Gen.Choose(0, 99_999).ArrayOf(40)
             select (Amounts: whole ? [4_200] : amounts[..count], Undone: undone, Choices: choices)).ToArbitrary(),
            scenario =>
            {
                var simulation = new PaymentSimulation(CardKind.Approved);
                simulation.Send(Command.Try);
                simulation.RunUntilQuiet();
                simulation.Send(Command.Confirm);
                simulation.RunUntilQuiet();
                var returns = scenario.Amounts.Select((amount, index) => new PaymentCommand.RefundPart(new Guid(index + 1, 0, 0, new byte[8]), amount, "cracked", At)).ToArray();
                foreach (var part in returns)
                {
                    simulation.Send(part);
                    Deliver(simulation, scenario.Choices);
                    simulation.RepliesOf<PaymentPartRefunded>().ShouldContain(reply => reply.ReturnId == part.ReturnId && reply.AmountMinor == part.AmountMinor);
                }

                if (scenario.Undone)
                {
                    simulation.Send(Command.Refund);
                    foreach (var part in returns)
                        simulation.Send(part);
                    Deliver(simulation, scenario.Choices);
                    simulation.RepliesOf<PaymentRefunded>().ShouldNotBeEmpty();
                }

                var intent = simulation.Provider.Intents.ShouldHaveSingleItem();
                var parts = scenario.Amounts.Sum();
                intent.RefundedMinor.ShouldBe(scenario.Undone ? 4_200 : parts);
                intent.Refunds.ShouldBe(returns.Length + (scenario.Undone && parts < 4_200 ? 1 : 0));
                simulation.Events.OfType<Event.PartRefunded>().Sum(part => part.AmountMinor).ShouldBe(parts);
                PaymentPolicy.NextCall(simulation.Payment).ShouldBeNull();
            }));

    [Fact]
    public async Task A_part_goes_back_at_the_provider_and_a_cancellation_refunds_only_the_rest()
    {
        await using var payments = await RunningPayments.StartAsync();
        var orderId = Guid.CreateVersion7();
        await payments.TryAsync(orderId);
        await payments.ReplyAsync<PaymentAuthorized>(reply => reply.OrderId, orderId);
        await payments.SendAsync(new CapturePayment { OrderId = orderId });
        await payments.ReplyAsync<PaymentCaptured>(reply => reply.OrderId, orderId);

        await payments.SendAsync(new RefundPaymentPart { OrderId = orderId, ReturnId = First, AmountMinor = 1_200, Reason = "cracked" });
        (await payments.ReplyAsync<PaymentPartRefunded>(reply => reply.OrderId, orderId)).AmountMinor.ShouldBe(1_200);
        payments.Sandbox.Ledger.ShouldHaveSingleItem().RefundedMinor.ShouldBe(1_200);
        await payments.SendAsync(new RefundPayment { OrderId = orderId, Reason = "changed my mind" });
        (await payments.ReplyAsync<PaymentRefunded>(reply => reply.OrderId, orderId)).AmountMinor.ShouldBe(4_200);

        var record = payments.Sandbox.Ledger.ShouldHaveSingleItem();
        (record.Captures, record.Refunds, record.RefundedMinor).ShouldBe((1, 2, 4_200));
    }

    private static void Deliver(PaymentSimulation simulation, int[] choices)
    {
        foreach (var choice in choices.Where(_ => simulation.InFlight > 0))
        {
            var fault = (choice / 300 % 10) switch { 0 or 1 => ProviderFault.UnknownBeforeEffect, 2 or 3 => ProviderFault.UnknownAfterEffect, 4 => ProviderFault.Refusal, _ => ProviderFault.None };
            simulation.Deliver(choice / 3, fault, again: choice % 8 == 0);
        }

        simulation.RunUntilQuiet();
    }

    private static List<Event> Ask(Payment payment, Guid returnId, long amountMinor) =>
        [.. PaymentDecider.Decide(new PaymentCommand.RefundPart(returnId, amountMinor, "cracked", At), payment)];

    private static Payment Answered(Payment payment, GatewayAnswer answer) => PaymentDecider
        .Decide(new PaymentCommand.RecordAnswer(PaymentPolicy.NextCall(payment)!, answer, 1, At), payment).Aggregate(payment, Payment.Evolve);
}
