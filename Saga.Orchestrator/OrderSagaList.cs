using System.Globalization;
using Shop.EventSourcing;
using Shop.EventSourcing.Storage;
using Shop.ServiceDefaults;

namespace Shop.Orchestration;

/// <param name="Next">Give it as <c>after</c> for the next page; null on the last one.</param>
public sealed record OrderSagaPage(IReadOnlyList<OrderSagaRow> Items, string? Next);

/// <summary>The list of sagas: filtered, sorted and paged by the database.</summary>
public static class OrderSagaList
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 500;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("", ListAsync)
        .WithName("ListSagas").WithSummary("Order sagas, newest first unless sort says otherwise, by state, need of attention, age, reason, customer, product and amount, a page at a time; with at=INSTANT as they were then. For operators.")
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    /// <param name="sort"><c>placedAt</c>, <c>updatedAt</c> or <c>totalMinor</c>, with a minus before it from the greatest down.</param>
    private static async Task<OrderSagaPage> ListAsync(
        EventStore<OrchestrationModule> store, TimeProvider clock, [AsParameters] OrderSagaFilter filter, string? sort, string? after, int? limit, string? at,
        CancellationToken cancellationToken)
    {
        var size = Math.Clamp(limit ?? DefaultLimit, 1, MaxLimit);
        var (order, place, past) = (SagaOrder.Parse(sort), SagaListPlace.Parse(after), PastTime.Optional(at, "at"));
        var items = await store.QueryAsync<OrderSagaRow, OrderSagaRow>(
            OrderSagas.Rows, past, rows => Page(filter.Apply(rows, past ?? clock.GetUtcNow()), order, place).Take(size + 1), cancellationToken);
        return items.Count > size ? new(items[..size], order.PlaceOf(items[size - 1]).ToString()) : new(items, null);
    }

    /// <summary>The sagas after a place in the list, in their order.</summary>
    public static IQueryable<OrderSagaRow> Page(IQueryable<OrderSagaRow> sagas, SagaOrder order, SagaListPlace? after)
    {
        if (after is { Key: var key, OrderId: var id })
            sagas = After(sagas, order, key, id);
        return order switch
        {
            { Column: SagaOrder.Updated, Descending: true } => sagas.OrderByDescending(row => row.UpdatedAt).ThenByDescending(row => row.OrderId),
            { Column: SagaOrder.Updated } => sagas.OrderBy(row => row.UpdatedAt).ThenBy(row => row.OrderId),
            { Column: SagaOrder.Total, Descending: true } => sagas.OrderByDescending(row => row.TotalMinor).ThenByDescending(row => row.OrderId),
            { Column: SagaOrder.Total } => sagas.OrderBy(row => row.TotalMinor).ThenBy(row => row.OrderId),
            { Descending: true } => sagas.OrderByDescending(row => row.PlacedAt).ThenByDescending(row => row.OrderId),
            _ => sagas.OrderBy(row => row.PlacedAt).ThenBy(row => row.OrderId),
        };
    }

    private static IQueryable<OrderSagaRow> After(IQueryable<OrderSagaRow> sagas, SagaOrder order, long key, Guid id)
    {
        if (order is { Column: SagaOrder.Total })
        {
            return order.Descending
                ? sagas.Where(row => row.TotalMinor < key || (row.TotalMinor == key && row.OrderId.CompareTo(id) < 0))
                : sagas.Where(row => row.TotalMinor > key || (row.TotalMinor == key && row.OrderId.CompareTo(id) > 0));
        }

        var instant = SagaListPlace.InstantOf(key);
        return order switch
        {
            { Column: SagaOrder.Updated, Descending: true } =>
                sagas.Where(row => row.UpdatedAt < instant || (row.UpdatedAt == instant && row.OrderId.CompareTo(id) < 0)),
            { Column: SagaOrder.Updated } => sagas.Where(row => row.UpdatedAt > instant || (row.UpdatedAt == instant && row.OrderId.CompareTo(id) > 0)),
            { Descending: true } => sagas.Where(row => row.PlacedAt < instant || (row.PlacedAt == instant && row.OrderId.CompareTo(id) < 0)),
            _ => sagas.Where(row => row.PlacedAt > instant || (row.PlacedAt == instant && row.OrderId.CompareTo(id) > 0)),
        };
    }
}

/// <summary>What the list is sorted by; the order's id decides between equals.</summary>
public sealed record SagaOrder(string Column, bool Descending)
{
    public const string Placed = "placedAt";
    public const string Updated = "updatedAt";
    public const string Total = "totalMinor";

    public static readonly SagaOrder NewestFirst = new(Placed, Descending: true);

    /// <exception cref="DomainException">There is no such column to sort by.</exception>
    public static SagaOrder Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return NewestFirst;
        var descending = text.StartsWith('-');
        return text[(descending ? 1 : 0)..] is (Placed or Updated or Total) and var column
            ? new(column, descending)
            : throw OrderSagaFilter.Invalid("sort", $"Give {Placed}, {Updated} or {Total}, with a minus before it from the greatest down, or leave it out for -{Placed}.");
    }

    public SagaListPlace PlaceOf(OrderSagaRow row) => new(
        Column switch
        {
            Updated => row.UpdatedAt.ToUnixMicroseconds(),
            Total => row.TotalMinor,
            _ => row.PlacedAt.ToUnixMicroseconds(),
        },
        row.OrderId);
}

/// <summary>A place in the list of sagas.</summary>
/// <param name="Key">What the list is sorted by: microseconds since 1970, or minor units.</param>
public sealed record SagaListPlace(long Key, Guid OrderId)
{
    internal static SagaListPlace? Parse(string? text)
    {
        if (text is null)
            return null;
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        return dot > 0
            && long.TryParse(text.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out var key)
            && Guid.TryParse(text.AsSpan(dot + 1), out var orderId)
            ? new(key, orderId)
            : throw Unknown();
    }

    internal static DateTimeOffset InstantOf(long key) => key <= DateTimeOffset.MaxValue.ToUnixMicroseconds() ? Instants.FromUnixMicroseconds(key) : throw Unknown();

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Key}.{OrderId:D}");

    private static DomainException Unknown() => OrderSagaFilter.Invalid("after", "Give the value of next from the page before, or leave it out.");
}
