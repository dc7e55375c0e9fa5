using System.Diagnostics;
using System.Text.Json;
using MassTransit;
using MassTransit.Logging;
using Shop.EventSourcing.Storage;
using Shop.Messaging.Local;
using Shop.Messaging.Measuring;

namespace Shop.Messaging.Delivery;

/// <summary>
/// Carries a trace through the outbox. A row keeps the W3C trace context of whoever wrote it; whenever and wherever it is sent,
/// also by a sweep after a crash, the sending belongs to that trace, and so does what MassTransit starts on the other side.
/// All of it happens only while somebody listens to <see cref="SourceName"/>.
/// </summary>
internal static class OutboxTrace
{
    public const string SourceName = MessagingTelemetry.SourceName;

    private const string TraceParent = "traceparent";
    private const string TraceState = "tracestate";

    /// <summary>Of a W3C parent: version, trace, span, flags.</summary>
    private const int ParentLength = 55;

    /// <summary>What MassTransit calls the span of putting a message into an outbox.</summary>
    private const string OutboxSend = "outbox send";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Headers that MassTransit sets for its own hop; a row has the standard ones instead.</summary>
    public static readonly IReadOnlyList<string> HopHeaders = [DiagnosticHeaders.ActivityId, DiagnosticHeaders.ActivityCorrelationContext];

    /// <summary>The headers of a row that has no others: JSON, or null without a trace.</summary>
    public static string? Headers()
    {
        Dictionary<string, string>? headers = null;
        Write(ref headers);
        return headers is null ? null : JsonSerializer.Serialize(headers);
    }

    /// <summary>Adds the trace of the current activity to a row's headers.</summary>
    public static void Write(ref Dictionary<string, string>? headers)
    {
        if (!Source.HasListeners() || Activity.Current is not { } activity)
            return;
        if (activity is { OperationName: OutboxSend, Parent: { } handler })
        {
            // It takes no time, and the span of the sending says all that it could say: keep it out of the trace.
            activity.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
            activity = handler;
        }

        if (activity is not { Id: { } id, IdFormat: ActivityIdFormat.W3C })
            return;
        (headers ??= [])[TraceParent] = id;
        if (activity.TraceStateString is { Length: > 0 } state)
            headers[TraceState] = state;
    }

    /// <summary>
    /// The span of a message from when it was written, or due, until it has left the outbox, in the trace of its row. Dispose it
    /// when that is done.
    /// </summary>
    public static Activity? Continue(OutboxMessage message)
    {
        if (!Source.HasListeners())
            return null;
        if (message.Headers is null || Parent(message.Headers) is not { } parent)
        {
            // The caller's trace, which may be that of any message sent before, has nothing to do with this one.
            Activity.Current = null;
            return null;
        }

        var isLocal = LocalQueues.Owns(message.Destination);
        var destination = isLocal ? LocalQueues.NameIn(message.Destination) : ShortName(message.Destination);
        var (name, kind) = isLocal ? ($"{destination} process", ActivityKind.Consumer) : ($"outbox {destination}", ActivityKind.Producer);
        var activity = Source.StartActivity(name, kind, parent, startTime: message.DueAt ?? message.CreatedAt);
        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag("messaging.message.id", message.Id);
            activity.SetTag("messaging.destination.name", destination);
            if (message.DueAt is { } dueAt)
                activity.SetTag("shop.outbox.scheduled_seconds", (dueAt - message.CreatedAt).TotalSeconds);
        }

        return activity;
    }

    /// <summary>MassTransit brings the parent across a broker, and leaves the trace's state behind.</summary>
    public static void Receive(ReceiveContext context)
    {
        if (Source.HasListeners() && Activity.Current is { TraceStateString: null } activity
            && context.TransportHeaders.TryGetHeader(TraceState, out var state) && state is string text)
            activity.TraceStateString = text;
    }

    /// <summary>The queue, or the type of a published message without its namespace.</summary>
    private static string ShortName(string destination)
    {
        var name = OutboxAddress.NameIn(destination);
        return name[(name.LastIndexOf(':') + 1)..].ToString();
    }

    private static ActivityContext? Parent(string json)
    {
        // Every message passes here: the parent, which JSON leaves as it is, is cut out of the text.
        const string member = $"\"{TraceParent}\":\"";
        var start = json.IndexOf(member, StringComparison.Ordinal) + member.Length;
        if (start < member.Length || json.Length < start + ParentLength)
            return null;
        var state = json.Contains(TraceState, StringComparison.Ordinal)
            ? JsonSerializer.Deserialize<Dictionary<string, string>>(json)!.GetValueOrDefault(TraceState)
            : null;
        return ActivityContext.TryParse(json.Substring(start, ParentLength), state, isRemote: true, out var context) ? context : null;
    }
}
