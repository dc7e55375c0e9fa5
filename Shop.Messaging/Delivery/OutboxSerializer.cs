using System.Text.Json;
using MassTransit;
using Shop.EventSourcing;
using Shop.EventSourcing.Storage;

namespace Shop.Messaging.Delivery;

/// <summary>Turns what MassTransit is about to send into an outbox row: serialised once, sent as it is stored.</summary>
internal sealed class OutboxSerializer(TimeProvider clock)
{
    /// <summary>Set anew by the transport, or kept in columns of their own.</summary>
    private static readonly HashSet<string> Redundant =
    [
        MessageHeaders.MessageId, MessageHeaders.MessageType, MessageHeaders.SchedulingTokenId, .. OutboxTrace.HopHeaders,
    ];

    public OutboxMessage Serialize<T>(SendContext<T> context) where T : class
    {
        var now = clock.GetUtcNow();
        var id = context.ScheduledMessageId ?? (IsGenerated(context) ? Ids.New(now) : context.MessageId!.Value);
        context.MessageId = id;
        var destination = context.DestinationAddress ?? throw new MessageException(typeof(T), "The message has no destination.");
        var body = context.Serializer.GetMessageBody(context).GetBytes();
        return new(
            id, OutboxAddress.Of(destination), context.Serializer.ContentType.MediaType, string.Join(';', context.SupportedMessageTypes), body, Headers(context), now,
            context.TryGetPayload<DueTime>(out var due) ? due.At : null)
        {
            Original = context.Message,
        };
    }

    /// <summary>MassTransit's own ids are scattered; ours grow, so that the inbox stays compact. An id that a caller chose is kept.</summary>
    private static bool IsGenerated(SendContext context) =>
        context.MessageId is not { } id || context.SentTime == id.ToNewId().Timestamp;

    private static string? Headers(SendContext context)
    {
        Dictionary<string, string>? headers = null;
        foreach (var header in context.Headers.GetAll())
        {
            if (header.Value is not null && !Redundant.Contains(header.Key))
                (headers ??= [])[header.Key] = header.Value as string ?? Convert.ToString(header.Value, System.Globalization.CultureInfo.InvariantCulture)!;
        }

        OutboxTrace.Write(ref headers);
        return headers is null ? null : JsonSerializer.Serialize(headers);
    }

    /// <summary>The headers of a message that was received, without those that sending sets anew.</summary>
    public static string? WithoutRedundant(string? headers)
    {
        if (headers is null)
            return null;
        var kept = JsonSerializer.Deserialize<Dictionary<string, string>>(headers)!
            .Where(header => !Redundant.Contains(header.Key) && header.Key != MessageHeaders.ContentType)
            .ToDictionary();
        return kept.Count == 0 ? null : JsonSerializer.Serialize(kept);
    }

    /// <summary>Payload of a send that is to happen later.</summary>
    internal sealed record DueTime(DateTimeOffset At);
}
