using System.Globalization;
using Shop.EventSourcing;
using Shop.EventSourcing.Storage;
using Shop.ServiceDefaults;

namespace Shop.Orchestration;

/// <summary>Read model: one row per saga, written with its transitions.</summary>
public sealed record OrderSagaRow
{
    public static readonly Table<OrderSagaRow> Table = new("sagas", nameof(OrderId));

    /// <summary>The names that <see cref="State"/> can have.</summary>
    public static readonly IReadOnlyList<string> States =
        ["trying", "confirming", "completing", "confirmed", "cancelling", "compensating", "closing", "rejected", "cancelled"];

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
    };
}

/// <param name="Next">Give it as <c>after</c> for the next page; null on the last one.</param>
public sealed record OrderSagaPage(IReadOnlyList<OrderSagaRow> Items, string? Next);

public static class OrderSagaList
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 500;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("", ListAsync)
        .WithName("ListSagas").WithSummary("Order sagas, newest first, by state and need of attention, a page at a time; with at=INSTANT as they were then.")
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    private static async Task<OrderSagaPage> ListAsync(
        EventStore<OrchestrationModule> store, string? state, bool? needsAttention, string? after, int? limit, string? at, CancellationToken cancellationToken)
    {
        var size = Math.Clamp(limit ?? DefaultLimit, 1, MaxLimit);
        var (name, place) = (StateOf(state), SagaListPlace.Parse(after));
        var items = await store.QueryAsync<OrderSagaRow, OrderSagaRow>(
            OrderSagas.Rows, PastTime.Optional(at, "at"), rows => Page(rows, name, needsAttention, place).Take(size + 1), cancellationToken);
        return items.Count > size ? new(items[..size], new SagaListPlace(items[size - 1].PlacedAt, items[size - 1].OrderId).ToString()) : new(items, null);
    }

    /// <summary>The sagas after a place in the list, newest first.</summary>
    public static IQueryable<OrderSagaRow> Page(IQueryable<OrderSagaRow> sagas, string? state, bool? needsAttention, SagaListPlace? after)
    {
        if (state is not null)
            sagas = sagas.Where(row => row.State == state);
        if (needsAttention is { } needed)
            sagas = sagas.Where(row => row.NeedsAttention == needed);
        if (after is { PlacedAt: var placedAt, OrderId: var orderId })
            sagas = sagas.Where(row => row.PlacedAt < placedAt || (row.PlacedAt == placedAt && row.OrderId.CompareTo(orderId) < 0));
        return sagas.OrderByDescending(row => row.PlacedAt).ThenByDescending(row => row.OrderId);
    }

    private static string? StateOf(string? state)
    {
        if (state is null)
            return null;
        var name = state.ToLowerInvariant();
        return OrderSagaRow.States.Contains(name)
            ? name
            : throw new DomainException("invalid-request", $"Give one of {string.Join(", ", OrderSagaRow.States)}, or leave it out.") { Field = "state" };
    }
}

/// <summary>A place in the list of sagas.</summary>
public sealed record SagaListPlace(DateTimeOffset PlacedAt, Guid OrderId)
{
    internal static SagaListPlace? Parse(string? text)
    {
        if (text is null)
            return null;
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        return dot > 0
            && long.TryParse(text.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds)
            && microseconds <= DateTimeOffset.MaxValue.ToUnixMicroseconds()
            && Guid.TryParse(text.AsSpan(dot + 1), out var orderId)
            ? new(Instants.FromUnixMicroseconds(microseconds), orderId)
            : throw new DomainException("invalid-request", "Give the value of next from the page before, or leave it out.") { Field = "after" };
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{PlacedAt.ToUnixMicroseconds()}.{OrderId:D}");
}
