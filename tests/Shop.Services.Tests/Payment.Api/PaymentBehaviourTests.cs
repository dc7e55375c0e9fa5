using Shop.Contracts;
using Shop.Payments;

namespace Shop.Services.Tests.PaymentApi;

/// <summary>The rows of the design's table "Exact behaviour where others get it wrong" that are about payments.</summary>
public sealed class PaymentBehaviourTests
{
    private readonly PaymentSimulation simulation = new(CardKind.Approved);

    [Fact]
    public void A_repeated_Try_Confirm_or_Cancel_is_answered_with_the_stored_outcome_and_no_new_event()
    {
        Run(Command.Try, Command.Confirm);
        var events = simulation.Events.Count;

        Run(Command.Try, Command.Confirm, Command.Cancel, Command.Try, Command.Confirm, Command.Cancel);

        simulation.Events.Count.ShouldBe(events);
        simulation.RepliesOf<PaymentAuthorized>().Count().ShouldBe(3);
        simulation.RepliesOf<PaymentCaptured>().Count().ShouldBe(5);
        simulation.Replies.Count.ShouldBe(8);
    }

    [Fact]
    public void Cancel_before_Try_records_a_fence_and_is_answered_with_success_and_nothing_else()
    {
        Run(Command.Cancel);
        simulation.Events.ShouldHaveSingleItem().ShouldBeOfType<PaymentEvent.Fenced>();
        simulation.RepliesOf<PaymentVoided>().Count().ShouldBe(1);
        simulation.Provider.Requests.ShouldBeEmpty();
    }

    [Fact]
    public void Try_after_its_Cancel_is_refused_for_good_and_holds_nothing()
    {
        Run(Command.Cancel, Command.Try, Command.Try);
        simulation.Replies.Select(reply => reply.Reply).ShouldAllBe(reply => reply is PaymentVoided);
        simulation.Provider.Requests.ShouldBeEmpty();
    }

    [Fact]
    public void Confirm_after_Cancel_is_answered_with_the_Cancel()
    {
        Run(Command.Try, Command.Cancel, Command.Confirm);
        simulation.Replies[^1].Reply.ShouldBeOfType<PaymentVoided>();
        simulation.Provider.Intents.Single().Captures.ShouldBe(0);
    }

    [Fact]
    public void Cancel_after_Confirm_is_answered_with_the_Confirm()
    {
        Run(Command.Try, Command.Confirm, Command.Cancel);
        simulation.Replies[^1].Reply.ShouldBeOfType<PaymentCaptured>();
        simulation.Provider.KeptMinor.ShouldBe(PaymentSimulation.AmountMinor);
    }

    [Fact]
    public void Confirm_without_Try_is_refused_without_effect()
    {
        Run(Command.Confirm);
        simulation.Events.ShouldBeEmpty();
        simulation.RepliesOf<PaymentCaptureRejected>().Count().ShouldBe(1);
    }

    [Fact]
    public void Cancel_of_a_Try_whose_transaction_failed_after_the_provider_was_called_voids_by_the_key()
    {
        simulation.Handle(Command.Try);
        simulation.Provider.Answer(PaymentPolicy.NextCall(simulation.Payment)!, ProviderFault.None);
        simulation.Handle(Command.Cancel).RunUntilQuiet();

        var intent = simulation.Provider.Intents.ShouldHaveSingleItem();
        (intent.Status, intent.Cancels).ShouldBe(("canceled", 1));
        simulation.RepliesOf<PaymentVoided>().Count().ShouldBe(1);
    }

    [Theory]
    [InlineData(ProviderFault.UnknownBeforeEffect)]
    [InlineData(ProviderFault.UnknownAfterEffect)]
    internal void A_provider_that_timed_out_or_answered_5xx_is_asked_again_under_the_same_key_until_the_outcome_is_known(ProviderFault fault)
    {
        simulation.Handle(Command.Try).RunUntilQuiet(fault, fault, fault);

        simulation.Payment.ShouldBeOfType<Payment.Authorized>();
        simulation.Provider.Intents.Count.ShouldBe(1);
        simulation.Provider.Requests.Distinct().ShouldHaveSingleItem();
        simulation.Pauses.Select(pause => pause.TotalSeconds).ShouldBe([0.2, 0.5, 1]);
        simulation.Replies.ShouldHaveSingleItem().Reply.ShouldBeOfType<PaymentAuthorized>();
    }

    [Fact]
    public void Cancel_while_the_outcome_is_unknown_is_answered_only_when_nothing_is_held()
    {
        simulation.Handle(Command.Try).Handle(Command.Cancel);
        simulation.Deliver(0, ProviderFault.UnknownAfterEffect);
        simulation.Deliver(0);
        simulation.Replies.ShouldBeEmpty();
        simulation.Provider.HeldMinor.ShouldBe(PaymentSimulation.AmountMinor);

        simulation.RunUntilQuiet();
        simulation.Replies.ShouldHaveSingleItem().Reply.ShouldBeOfType<PaymentVoided>();
        simulation.Provider.HeldMinor.ShouldBe(0);
    }

    [Fact]
    public void A_late_charge_on_a_cancelled_order_is_refunded_once()
    {
        Run(Command.Try);
        simulation.Provider.CaptureElsewhere();
        Run(Command.Cancel, Command.Cancel, Command.Confirm);

        simulation.Provider.Intents.Single().Refunds.ShouldBe(1);
        simulation.Provider.KeptMinor.ShouldBe(0);
        simulation.Replies[1].Reply.ShouldBeOfType<PaymentVoided>();
        simulation.RepliesOf<PaymentCaptured>().ShouldBeEmpty();
    }

    [Fact]
    public void A_refused_capture_gives_the_authorization_back()
    {
        var refused = new PaymentSimulation(CardKind.CaptureRefused);
        foreach (var command in new[] { Command.Try, Command.Confirm, Command.Refund })
            refused.Handle(command).RunUntilQuiet();

        refused.RepliesOf<PaymentCaptureRejected>().Count().ShouldBe(1);
        refused.RepliesOf<PaymentRefunded>().Single().AmountMinor.ShouldBe(0);
        refused.Provider.Intents.Single().Status.ShouldBe("canceled");
    }

    [Fact]
    public void Refunding_twice_refunds_once()
    {
        Run(Command.Try, Command.Confirm, Command.Refund, Command.Refund);
        simulation.RepliesOf<PaymentRefunded>().Select(reply => reply.AmountMinor).ShouldBe([PaymentSimulation.AmountMinor, PaymentSimulation.AmountMinor]);
        simulation.Provider.Intents.Single().Refunds.ShouldBe(1);
    }

    [Fact]
    public void A_refund_during_the_capture_waits_for_its_outcome()
    {
        Run(Command.Try);
        simulation.Handle(Command.Confirm).Handle(Command.Refund).RunUntilQuiet(ProviderFault.UnknownAfterEffect);
        simulation.Replies.Select(reply => reply.Reply.GetType()).ShouldBe([typeof(PaymentAuthorized), typeof(PaymentCaptured), typeof(PaymentRefunded)]);
        simulation.Provider.KeptMinor.ShouldBe(0);
    }

    [Fact]
    public void A_refund_that_the_provider_refuses_is_never_lost()
    {
        Run(Command.Try, Command.Confirm);
        simulation.Handle(Command.Refund).RunUntilQuiet(ProviderFault.Refusal, ProviderFault.Refusal, ProviderFault.Refusal);
        simulation.Events.OfType<PaymentEvent.CallRefused>().Count().ShouldBe(3);
        simulation.Provider.Intents.Single().Refunds.ShouldBe(1);
    }

    [Fact]
    public void A_declined_card_holds_nothing_whatever_comes_after()
    {
        var declined = new PaymentSimulation(CardKind.Declined);
        foreach (var command in new[] { Command.Try, Command.Confirm, Command.Cancel, Command.Refund, Command.Try })
            declined.Handle(command).RunUntilQuiet();
        declined.Replies.Select(reply => reply.Reply.GetType()).ShouldBe(
            [typeof(PaymentDeclined), typeof(PaymentCaptureRejected), typeof(PaymentVoided), typeof(PaymentRefunded), typeof(PaymentDeclined)]);
    }

    [Fact]
    public void News_from_the_provider_ends_the_waiting_and_leaves_one_chain_of_calls()
    {
        simulation.Handle(Command.Try);
        simulation.Deliver(0, ProviderFault.UnknownAfterEffect);
        simulation.Deliver(0);
        simulation.Nudge();
        simulation.Deliver(1);
        simulation.Deliver(1);
        simulation.Payment.ShouldBeOfType<Payment.Authorized>();
        simulation.InFlight.ShouldBe(1);
        simulation.RunUntilQuiet();
        simulation.Events.Count.ShouldBe(3);
    }

    private void Run(params Command[] commands)
    {
        foreach (var command in commands)
            simulation.Handle(command).RunUntilQuiet();
    }
}
