using System.Text.Json;

namespace Shop.Contracts;

/// <summary>What one service's log tells of one order as of an instant.</summary>
public sealed record OrderPart
{
    /// <summary>One of <see cref="OrderPartServices"/>.</summary>
    public required string Service { get; init; }

    /// <summary>As the service shows it; null when nothing had happened here yet.</summary>
    public JsonElement? State { get; init; }

    /// <summary>Events on the order's stream by then.</summary>
    public required long Version { get; init; }

    /// <summary>When the last of them was recorded; null before the first.</summary>
    public DateTimeOffset? RecordedAt { get; init; }

    /// <summary>Messages that it had sent, as far as its log knows not answered.</summary>
    public IReadOnlyList<SentMessage> Sent { get; init; } = [];

    /// <summary>Messages that would change nothing here any more: their effect, or another one that came first, is in the log.</summary>
    public IReadOnlyList<TakenMessage> Taken { get; init; } = [];

    /// <summary>Messages to itself for a later time.</summary>
    public IReadOnlyList<DueMessage> Scheduled { get; init; } = [];
}

/// <summary>A message that its sender's log shows.</summary>
public sealed record SentMessage
{
    public required string Message { get; init; }

    /// <summary>The service that it is for; <c>provider</c> for a call to the payment provider.</summary>
    public required string To { get; init; }

    /// <summary>When what sends it was recorded.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Tells messages of one name apart: the return that it is about.</summary>
    public Guid? ReturnId { get; init; }
}

/// <summary>A message that its receiver's log shows.</summary>
public sealed record TakenMessage
{
    public required string Message { get; init; }

    /// <summary>What is answered to it; null when nothing is, or not yet.</summary>
    public string? Answer { get; init; }

    /// <summary>The return that it is about; null for all of this name.</summary>
    public Guid? ReturnId { get; init; }
}

/// <summary>A message that a service has scheduled to itself.</summary>
public sealed record DueMessage
{
    public required string Message { get; init; }

    /// <summary>Null when the log does not tell.</summary>
    public DateTimeOffset? DueAt { get; init; }
}

/// <summary>The services that have a part in an order, as <see cref="OrderPart.Service"/> names them.</summary>
public static class OrderPartServices
{
    public const string Order = "order";
    public const string Inventory = "inventory";
    public const string Payment = "payment";
    public const string Saga = "saga";

    /// <summary>Not ours, and without a part: only messages to it are seen.</summary>
    public const string Provider = "provider";
}

/// <summary>Reads one service's part of an order in the process that the service runs in; elsewhere it is asked for over HTTP.</summary>
public interface IOrderPartReader
{
    /// <summary>One of <see cref="OrderPartServices"/>.</summary>
    string Service { get; }

    Task<OrderPart> ReadAsync(Guid orderId, DateTimeOffset time, CancellationToken cancellationToken);
}
