using System.Text.Json;
using Shop.EventSourcing.Storage;

namespace Shop.Audit.Facts;

/// <summary>What was found in one store besides what its events mean.</summary>
public sealed class StoreFacts
{
    public required string Name { get; init; }

    public long Events { get; internal set; }

    public long Rows { get; internal set; }

    public int ParkedMessages { get; init; }

    public IReadOnlyList<WaitingMessage> Outbox { get; init; } = [];

    /// <summary>Holes in the log, unknown or impossible events, rows that differ from a replay.</summary>
    public IList<Finding> Findings { get; } = [];
}

/// <param name="Subject">What was looked at, such as a stream or a read model's row.</param>
public sealed record Finding(string Subject, string Expected, string Found);

/// <summary>A message that has not been delivered.</summary>
/// <param name="OrderId">The order that it is about, where it says so.</param>
/// <param name="DueAt">Null: it should have left at once.</param>
public sealed record WaitingMessage(Guid Id, string MessageType, Guid? OrderId, DateTimeOffset? DueAt)
{
    public static WaitingMessage Of(OutboxMessage message) => new(message.Id, message.MessageType.Split(';')[0], OrderIdOf(message.Body), message.DueAt);

    private static Guid? OrderIdOf(byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            var message = json.RootElement.TryGetProperty("message", out var wrapped) ? wrapped : json.RootElement;
            return message.TryGetProperty("orderId", out var id) && id.TryGetGuid(out var orderId) ? orderId : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
