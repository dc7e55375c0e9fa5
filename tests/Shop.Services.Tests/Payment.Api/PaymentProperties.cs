using FsCheck;
using FsCheck.Fluent;
using Shop.Contracts;
using Shop.Payments;

namespace Shop.Services.Tests.PaymentApi;

/// <summary>Any commands, in any order, any number of times, with any faults: then run until quiet.</summary>
public sealed class PaymentProperties
{
    [Fact]
    public void Any_sequence_with_any_faults_keeps_the_money_right_and_never_changes_a_decision() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(5_000), Prop.ForAll(Scenarios, Holds));

    internal sealed record Scenario(CardKind Card, int CapturedElsewhereAt, int[] Commands, int[] Choices)
    {
        public override string ToString() =>
            $"{Card}, captured elsewhere at {CapturedElsewhereAt}, [{string.Join(',', Commands)}], [{string.Join(',', Choices)}]";
    }

    private static Arbitrary<Scenario> Scenarios { get; } = Arb.From(
        from card in Gen.Frequency((3, Gen.Constant(CardKind.Approved)), (1, Gen.Constant(CardKind.Declined)), (2, Gen.Constant(CardKind.CaptureRefused)))
        from elsewhere in Gen.Frequency((4, Gen.Constant(-1)), (1, Gen.Choose(0, 30)))
        from length in Gen.Choose(1, 10)
        from commands in Gen.Choose(0, 4).ArrayOf(length)
        from steps in Gen.Choose(0, 60)
        from choices in Gen.Choose(0, 99_999).ArrayOf(steps)
        select new Scenario(card, elsewhere, commands, choices),
        scenario => Without(scenario.Commands).Where(commands => commands.Length > 0).Select(commands => scenario with { Commands = commands })
            .Concat(Without(scenario.Choices).Select(choices => scenario with { Choices = choices })));

    private static IEnumerable<int[]> Without(int[] items) =>
        items.Select((_, left) => items.Where((_, index) => index != left).ToArray());

    private static bool Holds(Scenario scenario)
    {
        PaymentSimulation simulation = null!;
        simulation = new(scenario.Card) { OnReply = reply => TheReplyIsTrue(reply, simulation) };
        Run(scenario, simulation);
        NothingIsLeftOver(simulation, scenario);
        EveryCommandIsAnswered(simulation, scenario);
        NoDecisionChanged(simulation);
        return true;
    }

    private static void Run(Scenario scenario, PaymentSimulation simulation)
    {
        var toSend = new Queue<int>(scenario.Commands);
        for (var step = 0; step < scenario.Choices.Length; step++)
        {
            var choice = scenario.Choices[step];
            if (step == scenario.CapturedElsewhereAt)
                simulation.Provider.CaptureElsewhere();
            if (toSend.Count > 0 && (simulation.InFlight == 0 || choice % 3 == 0))
                Send(simulation, toSend.Dequeue());
            if (simulation.InFlight > 0)
                simulation.Deliver(choice / 3, FaultOf(choice / 300 % 10), again: choice / 3_000 % 8 == 0);
        }

        foreach (var command in toSend)
            Send(simulation, command);
        simulation.RunUntilQuiet();
    }

    private static void Send(PaymentSimulation simulation, int command)
    {
        if (command < 4)
            simulation.Send((Command)command);
        else
            simulation.Nudge();
    }

    private static ProviderFault FaultOf(int choice) => choice switch
    {
        0 or 1 => ProviderFault.UnknownBeforeEffect,
        2 or 3 or 4 => ProviderFault.UnknownAfterEffect,
        5 => ProviderFault.Refusal,
        _ => ProviderFault.None,
    };

    private static void TheReplyIsTrue(object reply, PaymentSimulation simulation)
    {
        var provider = simulation.Provider;
        switch (reply)
        {
            case PaymentAuthorized:
                provider.Intents.Count.ShouldBe(1);
                break;
            case PaymentCaptured captured:
                captured.AmountMinor.ShouldBe(PaymentSimulation.AmountMinor);
                provider.Intents.Single().Captures.ShouldBe(1);
                break;
            case PaymentVoided or PaymentDeclined:
                provider.HeldMinor.ShouldBe(0);
                provider.KeptMinor.ShouldBe(0);
                break;
            case PaymentRefunded refunded:
                provider.HeldMinor.ShouldBe(0);
                provider.KeptMinor.ShouldBe(0);
                refunded.AmountMinor.ShouldBe(provider.Intents.Sum(intent => intent.RefundedMinor));
                break;
            default:
                break;
        }
    }

    private static void NothingIsLeftOver(PaymentSimulation simulation, Scenario scenario)
    {
        var payment = simulation.Payment;
        var provider = simulation.Provider;
        PaymentPolicy.NextCall(payment).ShouldBeNull();
        provider.Intents.Count.ShouldBeLessThanOrEqualTo(1);
        provider.Intents.ShouldAllBe(intent => intent.Captures <= 1 && intent.Refunds <= 1 && intent.Cancels <= 1);
        provider.Requests.Where(key => key.EndsWith(":capture", StringComparison.Ordinal)).Distinct().Count().ShouldBeLessThanOrEqualTo(1);
        var stolen = payment is Payment.Authorized && scenario.CapturedElsewhereAt >= 0;
        if (!stolen)
        {
            provider.HeldMinor.ShouldBe(payment is Payment.Authorized ? PaymentSimulation.AmountMinor : 0);
            provider.KeptMinor.ShouldBe(payment is Payment.Captured ? PaymentSimulation.AmountMinor : 0);
        }

        payment.ShouldBe(Payment.Aggregate.Fold(simulation.Events));
    }

    private static void EveryCommandIsAnswered(PaymentSimulation simulation, Scenario scenario)
    {
        foreach (var command in scenario.Commands.Where(command => command < 4).Select(command => (Command)command).Distinct())
        {
            var answered = command switch
            {
                Command.Try => simulation.Replies.Any(reply => reply.Reply is PaymentAuthorized or PaymentDeclined or PaymentVoided or PaymentRefunded),
                Command.Confirm => simulation.Replies.Any(
                    reply => reply.Reply is PaymentCaptured or PaymentCaptureRejected or PaymentVoided or PaymentRefunded),
                Command.Cancel => simulation.Replies.Any(reply => reply.Reply is PaymentVoided or PaymentCaptured or PaymentCaptureRejected),
                _ => simulation.RepliesOf<PaymentRefunded>().Any(),
            };
            answered.ShouldBeTrue($"{command} was never answered");

            var count = simulation.Replies.Count;
            var events = simulation.Events.Count;
            if (command is not Command.Confirm || simulation.Payment is not Payment.Authorized)
            {
                simulation.Handle(command);
                simulation.Replies.Count.ShouldBe(count + 1, $"{command} again was not answered");
                simulation.Events.Count.ShouldBe(events, $"{command} again changed something");
            }
        }
    }

    private static void NoDecisionChanged(PaymentSimulation simulation)
    {
        (simulation.RepliesOf<PaymentAuthorized>().Any() && simulation.RepliesOf<PaymentDeclined>().Any()).ShouldBeFalse();
        simulation.RepliesOf<PaymentRefunded>().Distinct().Count().ShouldBeLessThanOrEqualTo(1);

        var captured = simulation.RepliesOf<PaymentCaptured>().Any();
        var voided = simulation.Replies.Any(reply => reply.To is not Command.Try && reply.Reply is PaymentVoided);
        var rejected = simulation.RepliesOf<PaymentCaptureRejected>().Any(reply => !reply.Reason.StartsWith("nothing is authorized", StringComparison.Ordinal));
        (captured && (voided || rejected)).ShouldBeFalse();
        simulation.Events.OfType<PaymentEvent.Captured>().Count().ShouldBeLessThanOrEqualTo(1);
        simulation.Events.OfType<PaymentEvent.Refunded>().Count().ShouldBeLessThanOrEqualTo(1);
    }
}
