using Shop.Payments;
using Shop.Payments.Gateway;

namespace Shop.Services.Tests.PaymentApi;

internal enum Command
{
    Try,
    Confirm,
    Cancel,
    Refund,
}

/// <summary>
/// The payment service without its plumbing: the same decisions, replies and calls as its consumers make, on messages that
/// are delivered in any order and any number of times. Pauses take no time.
/// </summary>
internal sealed class PaymentSimulation(CardKind card)
{
    public const long AmountMinor = 4_200;

    public static readonly Guid OrderId = Guid.Parse("01900000-0000-7000-8000-000000000001");

    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly List<object> inFlight = [];
    private int steps;

    public SimulatedProvider Provider { get; } = new(card);

    public Payment Payment { get; private set; } = Payment.Aggregate.Initial;

    public List<PaymentEvent> Events { get; } = [];

    /// <summary>Everything published, with the command that it answers at once; null when it is the outcome of a call.</summary>
    public List<(Command? To, object Reply)> Replies { get; } = [];

    /// <summary>Pauses of the calls that were scheduled.</summary>
    public List<TimeSpan> Pauses { get; } = [];

    public Action<object> OnReply { get; init; } = _ => { };

    public int InFlight => inFlight.Count;

    public IEnumerable<T> RepliesOf<T>() => Replies.Select(reply => reply.Reply).OfType<T>();

    public void Send(Command command) => inFlight.Add(command);

    /// <summary>A command other than those of the saga's three phases.</summary>
    public void Send(PaymentCommand.RefundPart command) => inFlight.Add(command);

    public void Nudge() => inFlight.Add(new CallProvider { OrderId = OrderId });

    /// <summary>Sends a command and handles it, without any call to the provider.</summary>
    public PaymentSimulation Handle(Command command)
    {
        var at = Tick();
        Append(PaymentDecider.Decide(
            command switch
            {
                Command.Try => new PaymentCommand.Authorize(OrderId, AmountMinor, "GBP", "pm_card_visa", at),
                Command.Confirm => new PaymentCommand.Capture(at),
                Command.Cancel => new PaymentCommand.Void(OrderId, "deadline", at),
                _ => new PaymentCommand.Refund(OrderId, "compensation", at),
            },
            Payment));
        var reply = command switch
        {
            Command.Try => PaymentReplies.ToAuthorize(Payment),
            Command.Confirm => PaymentReplies.ToCapture(Payment, OrderId),
            Command.Cancel => PaymentReplies.ToVoid(Payment),
            _ => PaymentReplies.ToRefund(Payment),
        };
        if (reply is not null)
            Publish(command, reply);
        return this;
    }

    /// <summary>Delivers one message in flight.</summary>
    /// <param name="choice">Which one.</param>
    /// <param name="again">Deliver it another time later.</param>
    public void Deliver(int choice, ProviderFault fault = ProviderFault.None, bool again = false)
    {
        if (++steps > 10_000)
            throw new InvalidOperationException($"Never quiet: {Payment}.");
        var at = choice % inFlight.Count;
        var message = inFlight[at];
        if (!again)
            inFlight.RemoveAt(at);
        switch (message)
        {
            case Command command:
                Handle(command);
                break;
            case PaymentCommand.RefundPart part:
                Append(PaymentDecider.Decide(part with { At = Tick() }, Payment));
                if (PaymentReplies.ToRefundPart(Payment, part.ReturnId) is { } refunded)
                    Publish(null, refunded);
                break;
            case CallProvider call when PaymentPolicy.NextCall(Payment) is { } due && call.IsFor(due):
                inFlight.Add(new Answered(call, due, Provider.Answer(due, fault)));
                break;
            case Answered answered:
                Handle(answered);
                break;
            default:
                break;
        }
    }

    /// <summary>Delivers everything in order until nothing is in flight; the given faults meet the first calls.</summary>
    public PaymentSimulation RunUntilQuiet(params ProviderFault[] faults)
    {
        var left = new Queue<ProviderFault>(faults);
        while (inFlight.Count > 0)
            Deliver(0, inFlight[0] is CallProvider && left.TryDequeue(out var fault) ? fault : ProviderFault.None);
        return this;
    }

    private void Handle(Answered answered)
    {
        var before = Payment;
        var attempt = answered.Message.CallKey is null ? 0 : answered.Message.Attempt + 1;
        Append(PaymentDecider.Decide(new PaymentCommand.RecordAnswer(answered.Call, answered.Answer, attempt, Tick()), before));
        foreach (var reply in PaymentReplies.Outcomes(before, Payment))
            Publish(null, reply);
        if (attempt > 0 && PaymentPolicy.NextCall(Payment)?.Key == answered.Call.Key)
        {
            Pauses.Add(PaymentPolicy.PauseAfterUnknown(attempt));
            inFlight.Add(answered.Message with { Attempt = attempt });
        }
    }

    private void Append(IEnumerable<PaymentEvent> decided)
    {
        var before = PaymentPolicy.NextCall(Payment);
        foreach (var @event in decided)
        {
            Events.Add(@event);
            Payment = Payment.Evolve(Payment, @event);
        }

        if (PaymentPolicy.NextCall(Payment) is { } call && call.Key != before?.Key)
            inFlight.Add(new CallProvider { OrderId = OrderId, CallKey = call.Key });
    }

    private void Publish(Command? to, object reply)
    {
        Replies.Add((to, reply));
        OnReply(reply);
    }

    private DateTimeOffset Tick() => Start.AddSeconds(Events.Count);

    private sealed record Answered(CallProvider Message, ProviderCall Call, GatewayAnswer Answer);
}
