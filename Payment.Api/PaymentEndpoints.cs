using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Shop.Contracts;
using Shop.EventSourcing;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Security;

namespace Shop.Payments;

/// <summary>Payments as operators and audits read them.</summary>
public static class PaymentEndpoints
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 500;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var payments = routes.MapGroup("/payments").WithTags("Payments").RequireAuthorization(Policies.Operator);
        payments.MapGet("/", ListAsync).WithSummary("Lists payments by order id, oldest first; page with after and limit; with at=INSTANT as they were then.");
        payments.MapGet("/{orderId:guid}", GetAsync).WithSummary("One payment: its durable state and its history.");
        payments.MapGet("/{orderId:guid}/at", AtAsync).WithSummary("One payment as it was at an instant, with the call to the provider that was due.")
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        payments.MapGet("/{orderId:guid}/provider", ProviderView.GetAsync)
            .WithSummary("One payment as the shop has it, and as the provider has it now. Changes nothing. For operators.");
        payments.MapGet("/ledger", ProviderLedger.GetAsync)
            .WithSummary("What the provider's own books say of up to 100 orders (order=ID&order=ID…), where the provider is the sandbox; isOpen is false where it is not. For operators.")
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
    }

    /// <param name="state">Name of a state, such as <c>voiding</c>; all when absent.</param>
    /// <param name="after">Order id of the last payment of the page before: <c>next</c> of its answer.</param>
    /// <param name="needsAttention">True: only those that do not get on by themselves for long.</param>
    /// <param name="unknown">True: only those of which nobody knows what the provider did.</param>
    /// <param name="at">As of when; as stored when absent.</param>
    private static async Task<Ok<PaymentPage>> ListAsync(
        EventStore<PaymentsModule> store, string? state, Guid? after, int? limit, bool? needsAttention, bool? unknown, string? at, CancellationToken cancellationToken)
    {
        var count = limit ?? DefaultLimit;
        if (count is < 1 or > MaxLimit)
            throw new DomainException("limit-out-of-range", $"limit is {count}: ask for 1 to {MaxLimit} payments at a time.") { Field = "limit" };
        if (state is not null && !PaymentRow.States.Contains(state))
            throw new DomainException("unknown-state", $"There is no payment state '{state}': use one of {string.Join(", ", PaymentRow.States)}.") { Field = "state" };

        var page = await store.QueryAsync<PaymentRow, PaymentRow>(
            PaymentRow.Projection, PastTime.Optional(at, "at"), rows => Page(rows, state, after, needsAttention, unknown).Take(count + 1), cancellationToken);
        return TypedResults.Ok(new PaymentPage
        {
            Items = [.. page.Take(count)],
            Next = page.Count > count ? page[count - 1].OrderId : null,
        });
    }

    private static IQueryable<PaymentRow> Page(IQueryable<PaymentRow> rows, string? state, Guid? after, bool? needsAttention, bool? unknown)
    {
        if (state is not null)
            rows = rows.Where(row => row.State == state);
        if (needsAttention is { } attention)
            rows = rows.Where(row => row.NeedsAttention == attention);
        if (unknown == true)
            rows = rows.Where(row => PaymentRow.StatesUnderWay.Contains(row.State) && row.UnknownSince != null);
        else if (unknown == false)
            rows = rows.Where(row => row.UnknownSince == null);
        if (after is { } last)
            rows = rows.Where(row => row.OrderId > last);
        return rows.OrderBy(row => row.OrderId);
    }

    private static async Task<Ok<OrderPart>> AtAsync(PaymentPart part, Guid orderId, string? time, CancellationToken cancellationToken) =>
        TypedResults.Ok(await part.ReadAsync(orderId, PastTime.Required(time, "time"), cancellationToken));

    private static async Task<Results<Ok<PaymentDetails>, ProblemHttpResult>> GetAsync(
        Guid orderId, EventStore<PaymentsModule> store, CancellationToken cancellationToken)
    {
        var (payment, version) = await store.ReadAsync(Payment.Aggregate, orderId, cancellationToken);
        if (payment is Payment.None)
            return NotFound(orderId);

        var history = new List<PaymentHistoryEntry>();
        await foreach (var recorded in store.ReadStreamAsync(Payment.Aggregate.Stream(orderId), toVersion: version, cancellationToken: cancellationToken))
            history.Add(new() { Version = recorded.Version, Type = recorded.Type, RecordedAt = recorded.RecordedAt, Data = JsonElement.Parse(recorded.Data) });
        return TypedResults.Ok(new PaymentDetails { Payment = PaymentRow.Of(payment, version), History = history });
    }

    internal static ProblemHttpResult NotFound(Guid orderId) => TypedResults.Problem(
        statusCode: StatusCodes.Status404NotFound, title: "No such payment",
        detail: $"No payment was ever asked for order {orderId}: check the id, or ask again when its saga has started.");
}

public sealed record PaymentPage
{
    public required IReadOnlyList<PaymentRow> Items { get; init; }

    /// <summary>Give it as <c>after</c> for the next page; null on the last one.</summary>
    public Guid? Next { get; init; }
}

public sealed record PaymentDetails
{
    public required PaymentRow Payment { get; init; }

    public required IReadOnlyList<PaymentHistoryEntry> History { get; init; }
}

public sealed record PaymentHistoryEntry
{
    public required long Version { get; init; }

    /// <summary>Stored name of the event.</summary>
    public required string Type { get; init; }

    public required DateTimeOffset RecordedAt { get; init; }

    public required JsonElement Data { get; init; }
}
