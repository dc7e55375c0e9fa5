using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Shop.EventSourcing;
using Shop.Messaging.Operating;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Security;

namespace Shop.Inventory;

/// <summary>The stock of one product in units, as of a version of its stream.</summary>
/// <param name="OnHand">Units in the warehouse, reserved ones too: received + adjusted − sold + returned.</param>
/// <param name="Available">Units that can be ordered: on hand − reserved.</param>
/// <param name="Version">Movements so far.</param>
public sealed record StockLevel(
    string Sku, long OnHand, long Reserved, long Available, long Received, long Sold, long Returned, long Adjusted, long Version);

/// <param name="Type">Stored name, such as <c>stock-sold.v1</c>.</param>
public sealed record StockMovement(long Version, string Type, JsonElement Data, DateTimeOffset RecordedAt);

/// <param name="Next">Give it as <c>after</c> for the next page; null on the last one.</param>
public sealed record StockMovements(IReadOnlyList<StockMovement> Items, long? Next);

/// <param name="Quantity">Units, at least 1.</param>
/// <param name="Reference">The delivery; received once per product. When left out, the Idempotency-Key header serves.</param>
/// <param name="Reason">Why, in at most 200 characters; it is written down with who did it.</param>
public sealed record ReceiveStock(int Quantity, string? Reference, string? Reason = null);

/// <param name="Delta">Units found (positive) or lost (negative).</param>
public sealed record AdjustStock(int Delta, string Reason);

internal static class StockEndpoints
{
    private const int DefaultPage = 100;
    private const int MaxPage = 1_000;

    public static void MapStock(this IEndpointRouteBuilder routes)
    {
        var stock = routes.MapGroup("/stock/{sku}").WithTags("Stock").RequireAuthorization(Policies.Operator);
        stock.MapGet("", GetAsync).WithName("GetStock").WithSummary("The stock of one product, read through the write side; with at=INSTANT as it was then.")
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        stock.MapGet("/movements", MovementsAsync).WithName("GetStockMovements").WithSummary("Everything that moved it, oldest first.");
        stock.MapPost("/receive", ReceiveAsync).WithName("ReceiveStock").WithSummary("Books a delivery; a repeated reference or Idempotency-Key changes nothing.");
        stock.MapPost("/adjust", AdjustAsync).WithName("AdjustStock").WithSummary("Corrects the stock after counting it.");
    }

    private static async Task<Results<Ok<StockLevel>, ProblemHttpResult>> GetAsync(
        EventStore<InventoryModule> store, string sku, string? at, CancellationToken cancellationToken)
    {
        if (!await IsListedAsync(store, sku, cancellationToken))
            return ProductEndpoints.NotListed(sku);
        if (PastTime.Optional(at, "at") is not { } past)
            return TypedResults.Ok(await ReadAsync(store, sku, cancellationToken));
        var (item, version) = await store.ReadAsOfAsync(StockItem.Aggregate, sku, instant: past, cancellationToken: cancellationToken);
        return TypedResults.Ok(Describe(sku, item, version));
    }

    private static async Task<Results<Ok<StockMovements>, ProblemHttpResult>> MovementsAsync(
        EventStore<InventoryModule> store, string sku, long? after, int? limit, CancellationToken cancellationToken)
    {
        if (!await IsListedAsync(store, sku, cancellationToken))
            return ProductEndpoints.NotListed(sku);

        var from = Math.Max(after ?? 0, 0);
        var last = from + Math.Clamp(limit ?? DefaultPage, 1, MaxPage);
        var items = new List<StockMovement>();
        // One more than the page tells whether there is a next one.
        await foreach (var recorded in store.ReadStreamAsync(StockItem.Aggregate.Stream(sku), from, last + 1, cancellationToken: cancellationToken))
            items.Add(new(recorded.Version, recorded.Type, JsonSerializer.Deserialize<JsonElement>(recorded.Data), recorded.RecordedAt));
        return TypedResults.Ok(items is [.., { } extra] && extra.Version > last ? new StockMovements(items[..^1], last) : new(items, null));
    }

    private static Task<Results<Ok<StockLevel>, ProblemHttpResult>> ReceiveAsync(
        EventStore<InventoryModule> store, string sku, ReceiveStock request, [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey, HttpContext http, CancellationToken cancellationToken) =>
        ChangeAsync(store, sku, async unit =>
        {
            var acted = new OperatorActed(http.Who(), "stock-received", $"{request.Quantity} of {sku}", OperatorActions.ReasonOrNone(request.Reason));
            var reference = request.Reference ?? (idempotencyKey is null ? null : $"key {idempotencyKey}");
            var delivery = await Delivery.LoadAsync(unit, new(sku, request.Quantity, reference), cancellationToken);
            if (unit.Decide(delivery.BookOnce))
                unit.RecordOperatorAction(acted);
        }, cancellationToken);

    private static Task<Results<Ok<StockLevel>, ProblemHttpResult>> AdjustAsync(
        EventStore<InventoryModule> store, string sku, AdjustStock request, HttpContext http, CancellationToken cancellationToken) =>
        ChangeAsync(store, sku, async unit =>
        {
            await unit.DecideAsync(
                StockItem.Aggregate, sku, stock => StockDecider.Decide(new StockCommand.Adjust(sku, request.Delta, request.Reason), stock), cancellationToken);
            unit.RecordOperatorAction(new(http.Who(), "stock-adjusted", $"{sku} by {request.Delta}", request.Reason));
        }, cancellationToken);

    private static async Task<Results<Ok<StockLevel>, ProblemHttpResult>> ChangeAsync(
        EventStore<InventoryModule> store, string sku, Func<UnitOfWork, Task> change, CancellationToken cancellationToken)
    {
        // A product is never taken off the list, so that this holds when the change is written.
        if (!await IsListedAsync(store, sku, cancellationToken))
            return ProductEndpoints.NotListed(sku);

        await store.ExecuteAsync(async unit =>
        {
            await change(unit);
            return true;
        }, cancellationToken: cancellationToken);
        return TypedResults.Ok(await ReadAsync(store, sku, cancellationToken));
    }

    private static async Task<bool> IsListedAsync(EventStore<InventoryModule> store, string sku, CancellationToken cancellationToken) =>
        (await store.ReadAsync(Product.Aggregate, sku, cancellationToken)).State is Product.Listed;

    private static async Task<StockLevel> ReadAsync(EventStore<InventoryModule> store, string sku, CancellationToken cancellationToken)
    {
        var (item, version) = await store.ReadAsync(StockItem.Aggregate, sku, cancellationToken);
        return Describe(sku, item, version);
    }

    private static StockLevel Describe(string sku, StockItem item, long version) =>
        new(sku, item.OnHand, item.Reserved, item.Available, item.Received, item.Sold, item.Returned, item.Adjusted, version);
}
