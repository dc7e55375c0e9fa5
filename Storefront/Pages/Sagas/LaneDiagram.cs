using Shop.Storefront.Clients.Sagas;

namespace Shop.Storefront.Pages.Sagas;

/// <param name="Kind">event, retry or failure.</param>
/// <param name="X">From the left, in pixels.</param>
public sealed record LaneMark(string Lane, string Text, DateTimeOffset At, string Kind, double X);

/// <summary>Something that took time: a state of the saga, or a call to the provider.</summary>
public sealed record LaneBar(string Lane, string Text, DateTimeOffset From, DateTimeOffset? To, string Kind, double X, double Width);

/// <summary>A message from one lane to another.</summary>
public sealed record LaneArrow(string From, string To, double FromX, double ToX, TimeSpan Took);

/// <summary>
/// What an order went through, service by service, from their logs. The way along grows with the logarithm of the time, so that
/// milliseconds and days fit into one picture; how long something took is written beside it.
/// </summary>
public sealed record LaneDiagram(IReadOnlyList<LaneMark> Marks, IReadOnlyList<LaneBar> Bars, IReadOnlyList<LaneArrow> Arrows, double Width)
{
    public const string Saga = "saga";
    public const string Order = "order";
    public const string Payment = "payment";
    public const string Inventory = "inventory";
    public const string Provider = "provider";

    private const double Margin = 110;
    private const double LeastStep = 26;
    private const double StepPerDecade = 30;

    /// <summary>From above.</summary>
    public static IReadOnlyList<string> Lanes { get; } = [Saga, Order, Payment, Provider, Inventory];

    private static readonly Dictionary<string, string> ProviderCalls = new(StringComparer.Ordinal)
    {
        ["payment-authorization-requested.v1"] = "Authorize",
        ["payment-capture-requested.v1"] = "Capture",
        ["payment-void-requested.v1"] = "Cancel",
        ["payment-refund-requested.v1"] = "Refund",
        ["payment-part-refund-requested.v1"] = "Refund a part",
    };

    /// <param name="now">Where what is under way ends in the picture.</param>
    public static LaneDiagram Of(SagaDetails saga, OrderBundle bundle, DateTimeOffset now)
    {
        var events = bundle.Streams.Where(stream => stream.Store is not Saga && !stream.Stream.StartsWith("request-", StringComparison.Ordinal))
            .SelectMany(stream => stream.Events.Select(stored => (stream.Store, Stored: stored))).OrderBy(entry => entry.Stored.RecordedAt).ToList();
        var instants = events.Select(entry => entry.Stored.RecordedAt).Concat(saga.Timeline.Select(step => step.At)).Append(now).Distinct().Order().ToList();
        var places = Places(instants);
        LaneMark[] marks =
        [
            .. saga.Timeline.Select(step => new LaneMark(Saga, step.On, step.At, step.On == "StepTimedOut" ? "retry" : "event", places[step.At])),
            .. events.Select(entry => new LaneMark(entry.Store, Name(entry.Stored.Type), entry.Stored.RecordedAt, KindOf(entry.Stored.Type), places[entry.Stored.RecordedAt])),
        ];
        var bars = States(saga, places, now).Concat(Calls(events.Where(entry => entry.Store == Payment).Select(entry => entry.Stored).ToList(), places, now));
        return new(marks, [.. bars], [.. Messages(saga, events, places)], places.Values.DefaultIfEmpty(Margin).Max() + Margin);
    }

    /// <summary>English, the key of its translation.</summary>
    public static string NameOf(string lane) => lane switch
    {
        Saga => "Orchestrator",
        Order => "Order service",
        Payment => "Payment service",
        Inventory => "Inventory service",
        Provider => "Payment provider",
        _ => lane,
    };

    private static Dictionary<DateTimeOffset, double> Places(List<DateTimeOffset> instants)
    {
        var places = new Dictionary<DateTimeOffset, double>();
        var x = Margin;
        for (var i = 0; i < instants.Count; i++)
        {
            if (i > 0)
                x += Math.Max(LeastStep, StepPerDecade * Math.Log10((instants[i] - instants[i - 1]).TotalMilliseconds + 1));
            places[instants[i]] = x;
        }

        return places;
    }

    private static IEnumerable<LaneBar> States(SagaDetails saga, Dictionary<DateTimeOffset, double> places, DateTimeOffset now)
    {
        var entered = saga.Timeline.Where(step => step.From != step.To).ToList();
        for (var i = 0; i < entered.Count; i++)
        {
            var end = i + 1 < entered.Count ? entered[i + 1].At : saga.EndedAt is null ? now : (DateTimeOffset?)null;
            if (end is { } until)
                yield return new(Saga, entered[i].To ?? "", entered[i].At, i + 1 < entered.Count ? until : null, "state", places[entered[i].At], places[until] - places[entered[i].At]);
        }
    }

    /// <summary>From the intent in the log to its outcome; one that is unknown goes on.</summary>
    private static IEnumerable<LaneBar> Calls(List<BundledEvent> payment, Dictionary<DateTimeOffset, double> places, DateTimeOffset now)
    {
        for (var i = 0; i < payment.Count; i++)
        {
            if (!ProviderCalls.TryGetValue(payment[i].Type, out var call))
                continue;
            var outcome = payment.Skip(i + 1).FirstOrDefault(later => later.Type is not ("payment-outcome-unknown.v1" or "payment-call-refused.v1"));
            var until = outcome?.RecordedAt ?? now;
            yield return new(
                Provider, call, payment[i].RecordedAt, outcome?.RecordedAt, outcome is null ? "waiting" : "call", places[payment[i].RecordedAt], Math.Max(4, places[until] - places[payment[i].RecordedAt]));
        }
    }

    private static IEnumerable<LaneArrow> Messages(SagaDetails saga, List<(string Store, BundledEvent Stored)> events, Dictionary<DateTimeOffset, double> places)
    {
        foreach (var step in saga.Timeline)
        {
            var from = step.On.StartsWith("Stock", StringComparison.Ordinal) ? Inventory : step.On.StartsWith("Payment", StringComparison.Ordinal) ? Payment
                : step.On.StartsWith("Order", StringComparison.Ordinal) ? Order : null;
            var cause = events.LastOrDefault(entry => entry.Store == from && entry.Stored.RecordedAt <= step.At);
            if (cause.Stored is { } answered)
                yield return new(from!, Saga, places[answered.RecordedAt], places[step.At], step.At - answered.RecordedAt);
        }

        foreach (var (store, stored) in events.Where(entry => IsAsked(entry.Stored.Type)))
        {
            var command = saga.Timeline.LastOrDefault(step => step.At <= stored.RecordedAt && (step.From != step.To || step.On is "StepTimedOut"));
            if (command is not null)
                yield return new(Saga, store, places[command.At], places[stored.RecordedAt], stored.RecordedAt - command.At);
        }
    }

    /// <summary>What a service does because the saga asked for it.</summary>
    private static bool IsAsked(string type) => type.StartsWith("reservation-", StringComparison.Ordinal) || type.EndsWith("-requested.v1", StringComparison.Ordinal) && type.StartsWith("payment-", StringComparison.Ordinal)
        || type is "order-confirmed.v1" or "order-rejected.v1" or "order-cancelled.v1" or "order-return-completed.v1" or "payment-fenced.v1";

    private static string KindOf(string type) =>
        type is "payment-outcome-unknown.v1" or "payment-call-refused.v1" ? "retry"
        : type.Contains("rejected", StringComparison.Ordinal) || type.Contains("declined", StringComparison.Ordinal) || type.Contains("expired", StringComparison.Ordinal) ? "failure" : "event";

    private static string Name(string type) => type[..^3];
}
