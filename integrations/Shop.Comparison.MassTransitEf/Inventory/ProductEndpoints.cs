using MassTransit;
using Shop.Contracts;

namespace Shop.Comparison.Inventory;

public sealed record ListProduct(string Sku, string Name, long UnitPriceMinor, string Currency, long InitialStock);

public sealed record ReceiveStock(long Quantity);

internal static class ProductEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/products", ListAsync).RequireAuthorization();
        routes.MapPost("/stock/{sku}/receive", ReceiveAsync).RequireAuthorization();
    }

    private static async Task<IResult> ListAsync(ListProduct request, ShopDb db, IPublishEndpoint publish, CancellationToken cancellationToken)
    {
        if (request is not { Sku.Length: > 0, Currency.Length: 3, UnitPriceMinor: > 0, InitialStock: >= 0 })
            return TypedResults.Problem("Give sku, name, unitPriceMinor of at least 1, currency and initialStock of at least 0.", statusCode: StatusCodes.Status422UnprocessableEntity);
        if (await db.Stock.FindAsync([request.Sku], cancellationToken) is not null)
            return TypedResults.Ok(request);

        var item = new StockItem { Sku = request.Sku, Name = request.Name, UnitPriceMinor = request.UnitPriceMinor, Currency = request.Currency, OnHand = request.InitialStock };
        db.Stock.Add(item);
        await publish.Publish(
            new ProductPriced { Sku = item.Sku, Name = item.Name, UnitPriceMinor = item.UnitPriceMinor, Currency = item.Currency, Revision = item.Revision }, cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        return TypedResults.Created($"/products/{request.Sku}", request);
    }

    private static async Task<IResult> ReceiveAsync(string sku, ReceiveStock request, ShopDb db, CancellationToken cancellationToken)
    {
        if (request.Quantity < 1)
            return TypedResults.Problem("Receive at least one unit.", statusCode: StatusCodes.Status422UnprocessableEntity);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (!(await db.LockStockAsync([sku], cancellationToken)).TryGetValue(sku, out var item))
            return TypedResults.Problem($"There is no product {sku}.", statusCode: StatusCodes.Status404NotFound);
        item.OnHand += request.Quantity;
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return TypedResults.Ok(new { item.Sku, item.OnHand, item.Available });
    }
}
