using System.Globalization;
using System.Security.Claims;
using System.Text.Json.Serialization;
using Shop.EventSourcing;
using Shop.EventSourcing.Projections;
using Shop.EventSourcing.Storage;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Security;

namespace Shop.Ordering;

/// <summary>A row of the list of orders.</summary>
public sealed record OrderRow
{
    public required Guid OrderId { get; init; }

    /// <summary>Where the order's first event stands in the log: the newest order has the highest.</summary>
    public required long Position { get; init; }

    public required string Status { get; init; }

    public string? Reason { get; init; }

    public string? CustomerId { get; init; }

    public required int LineCount { get; init; }

    public required string Currency { get; init; }

    public required long TotalMinor { get; init; }

    public required DateTimeOffset PlacedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public required long Version { get; init; }
}

public sealed class OrderListProjection() : AsyncProjection<OrderRow>(Checkpoint, OrdersTable, OrderEvent.Types, Order.Aggregate.Category)
{
    public const string Checkpoint = "orders.v1";

    public static readonly Table<OrderRow> OrdersTable = new("orders", nameof(OrderRow.OrderId));

    public static readonly OrderListProjection Instance = new();

    private static readonly int IdStart = Order.Aggregate.Category.Length + 1;

    public override object?[]? Key(object @event, RecordedEvent recorded) => [Guid.Parse(recorded.Stream.AsSpan(IdStart))];

    public override bool Creates(object @event) => @event is OrderEvent.Placed;

    protected override OrderRow? Apply(OrderRow? row, object @event, RecordedEvent recorded) => (@event, row) switch
    {
        (OrderEvent.Placed placed, _) => new()
        {
            OrderId = placed.OrderId,
            Position = recorded.Position,
            Status = OrderStatus.Placed,
            CustomerId = placed.CustomerId,
            LineCount = placed.Lines.Count,
            Currency = placed.Currency,
            TotalMinor = placed.TotalMinor,
            PlacedAt = placed.PlacedAt,
            Version = recorded.Version,
        },
        (OrderEvent.Confirmed confirmed, { } known) => Ended(known, OrderStatus.Confirmed, null, confirmed.ConfirmedAt, recorded),
        (OrderEvent.Rejected rejected, { } known) => Ended(known, OrderStatus.Rejected, rejected.Reason, rejected.RejectedAt, recorded),
        (OrderEvent.Cancelled cancelled, { } known) => Ended(known, OrderStatus.Cancelled, cancelled.Reason, cancelled.CancelledAt, recorded),
        (_, { } known) => known with { Version = recorded.Version },
        _ => throw new InvalidOperationException($"{recorded.Stream} has a {recorded.Type} but was never placed."),
    };

    private static OrderRow Ended(OrderRow row, string status, string? reason, DateTimeOffset at, RecordedEvent recorded) =>
        row with { Status = status, Reason = reason, EndedAt = at, Version = recorded.Version };
}

/// <summary>One page of orders, newest first.</summary>
/// <param name="Next">Give it as <c>after</c> to get the next page; null on the last.</param>
public sealed record OrderListResponse(
    IReadOnlyList<OrderListItem> Items, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Next);

public sealed record OrderListItem(
    Guid OrderId, string Status, string? Reason, string? CustomerId, int LineCount, string Currency, long TotalMinor, DateTimeOffset PlacedAt,
    DateTimeOffset? EndedAt, long Version);

public static class OrderListEndpoint
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 200;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/orders", ListAsync)
        .RequireAuthorization(Policies.Customer).WithName("ListOrders").WithTags("Orders").WithSummary("A customer's own orders, for operators those of all, newest first, by status and customer, a page at a time; may lag by moments unless minPosition or consistency says otherwise; with at=INSTANT as they were then.")
        .Produces<OrderListResponse>().ProducesProblem(StatusCodes.Status422UnprocessableEntity).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
        .ReadsProjection(OrderListProjection.Checkpoint);

    private static async Task<IResult> ListAsync(
        ClaimsPrincipal user, EventStore<OrderingModule> store, string? status, string? customer, string? after, string? limit, string? at, CancellationToken cancellationToken)
    {
        customer = user.IsOperator() ? customer : user.CustomerId();
        if (status is not null && !OrderStatus.All.Contains(status))
            return Problems.Invalid("status", $"Give one of {string.Join(", ", OrderStatus.All)}, or leave it out.");
        if (customer is not null && customer.Any(char.IsControl))
            return Problems.Invalid("customer", "Give the customer's id, or leave it out.");
        if (!TryNumber(after, long.MaxValue, out var before))
            return Problems.Invalid("after", "Give the value of next from the page before, or leave it out.");
        if (!TryNumber(limit, DefaultLimit, out var size) || size > MaxLimit)
            return Problems.Invalid("limit", $"Give a number from 1 to {MaxLimit}, or leave it out for {DefaultLimit}.");

        var rows = await store.QueryAsync<OrderRow, OrderRow>(
            OrderListProjection.Instance, PastTime.Optional(at, "at"), orders => Page(orders, status, customer, before, (int)size), cancellationToken);
        var items = rows.Take((int)size).Select(row => new OrderListItem(
            row.OrderId, row.Status, row.Reason, row.CustomerId, row.LineCount, row.Currency, row.TotalMinor, row.PlacedAt, row.EndedAt, row.Version)).ToArray();
        var next = rows.Count > size ? rows[(int)size - 1].Position.ToString(CultureInfo.InvariantCulture) : null;
        return TypedResults.Json(new OrderListResponse(items, next), OrderingHttpJson.Default.OrderListResponse);
    }

    /// <summary>One row more than the page has, to see whether another page follows.</summary>
    public static IQueryable<OrderRow> Page(IQueryable<OrderRow> orders, string? status, string? customer, long before, int size)
    {
        var page = orders.Where(row => row.Position < before);
        if (status is not null)
            page = page.Where(row => row.Status == status);
        if (customer is not null)
            page = page.Where(row => row.CustomerId == customer);
        return page.OrderByDescending(row => row.Position).Take(size + 1);
    }

    private static bool TryNumber(string? text, long absent, out long number)
    {
        number = absent;
        return text is null || (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number > 0);
    }
}
