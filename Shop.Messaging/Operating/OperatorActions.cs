using System.Text.Json.Serialization;
using Shop.EventSourcing;

namespace Shop.Messaging.Operating;

/// <summary>An operator did something, or was about to: who, what, to what, and why. When, is when it was recorded.</summary>
/// <param name="Who">Name of the signed-in user.</param>
/// <param name="Action">Kebab-case, such as <c>message-redriven</c>.</param>
/// <param name="Target">What it was done to, such as <c>message 0199…</c>.</param>
// Stored format: never edit, add a version.
public sealed record OperatorActed(string Who, string Action, string Target, string Reason);

/// <summary>How many actions a store has recorded.</summary>
public sealed record OperatorHistory(long Actions);

/// <summary>What operators did with a service, in one stream of its own store.</summary>
public static class OperatorActions
{
    public const int MaxReason = 200;

    /// <summary>What older scripts mean that give none.</summary>
    public const string NoReason = "no reason given";

    internal const string Id = "actions";

    public static EventTypes Types { get; } = new EventTypes().Add("operator-acted.v1", OperatorJson.Default.OperatorActed);

    public static Aggregate<OperatorHistory, OperatorActed> Aggregate { get; } = new("operator", new(0), (history, _) => new(history.Actions + 1), Types);

    /// <summary>The one stream that has them.</summary>
    public static string Stream { get; } = Aggregate.Stream(Id);

    /// <summary>Records an action in the unit of work that carries it out.</summary>
    public static void RecordOperatorAction(this UnitOfWork unit, OperatorActed acted) => unit.Record(Aggregate, Id, acted);

    /// <summary>Records an action that no unit of work carries out. Call it before acting: then nothing is done without a record.</summary>
    public static Task RecordOperatorActionAsync(this EventStore store, OperatorActed acted, CancellationToken cancellationToken = default) => store.ExecuteAsync(
        unit =>
        {
            unit.RecordOperatorAction(acted);
            return Task.FromResult(true);
        },
        cancellationToken: cancellationToken);

    /// <summary>The reason, trimmed, of an action that must have one.</summary>
    /// <exception cref="DomainException">It is missing, too long, or not one line of text.</exception>
    public static string RequireReason(string? reason) => string.IsNullOrWhiteSpace(reason)
        ? throw new DomainException("invalid-request", $"Say why, in 1 to {MaxReason} characters: it is written down.") { Field = "reason" }
        : ReasonOrNone(reason);

    /// <summary>The reason, trimmed, of an action that older scripts take without one.</summary>
    /// <exception cref="DomainException">It is too long, or not one line of text.</exception>
    public static string ReasonOrNone(string? reason)
    {
        if (string.IsNullOrWhiteSpace(reason))
            return NoReason;
        var given = reason.Trim();
        return given.Length <= MaxReason && !given.Any(char.IsControl)
            ? given
            : throw new DomainException("invalid-request", $"Say why in at most {MaxReason} characters, on one line and without control characters.") { Field = "reason" };
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(OperatorActed))]
internal sealed partial class OperatorJson : JsonSerializerContext;
