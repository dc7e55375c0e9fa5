using System.Text.Json.Serialization;
using Shop.EventSourcing.Storage;

namespace Shop.Orchestration;

/// <summary>Read model: one row per saga, written with its transitions.</summary>
public sealed record OrderSagaRow
{
    public static readonly Table<OrderSagaRow> Table = new("sagas", nameof(OrderId));

    /// <summary>The names that <see cref="State"/> can have.</summary>
    public static readonly IReadOnlyList<string> States =
        ["trying", "confirming", "completing", "confirmed", "cancelling", "compensating", "closing", "rejected", "cancelled", "returning", "recording"];

    public required Guid OrderId { get; init; }

    /// <summary>Name of the state, such as <c>trying</c>.</summary>
    public required string State { get; init; }

    public required bool NeedsAttention { get; init; }

    /// <summary>How often the commands of this state were sent again.</summary>
    public required int Attempts { get; init; }

    public string? Reason { get; init; }

    public string? CustomerId { get; init; }

    /// <summary>Minor units of <see cref="Currency"/>; 0 while only the order's cancellation is known.</summary>
    public required long TotalMinor { get; init; }

    public string? Currency { get; init; }

    public required DateTimeOffset PlacedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Transitions on the saga's stream.</summary>
    public required long Version { get; init; }

    /// <summary>To find orders of a product: each SKU between line breaks, which none has inside; null while the order itself is not known.</summary>
    [JsonIgnore]
    public string? Skus { get; init; }

    public static OrderSagaRow Project(OrderSaga saga, long version) => new()
    {
        OrderId = saga.CorrelationId,
        State = saga.CurrentState.ToLowerInvariant(),
        NeedsAttention = saga.NeedsAttention,
        Attempts = saga.Attempts,
        Reason = saga.Reason,
        CustomerId = saga.CustomerId,
        TotalMinor = saga.TotalMinor,
        Currency = saga.Currency,
        PlacedAt = saga.PlacedAt.TruncateToMicroseconds(),
        UpdatedAt = saga.UpdatedAt,
        EndedAt = saga.EndedAt,
        Version = version,
        Skus = saga.Lines.Count == 0 ? null : $"\n{string.Join('\n', saga.Lines.Select(line => line.Sku).Distinct(StringComparer.Ordinal))}\n",
    };

    /// <summary>What <see cref="Skus"/> contains when one of them is this one.</summary>
    public static string SkuEntry(string sku) => $"\n{sku}\n";
}
