using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Shop.EventSourcing;
using Shop.EventSourcing.Storage;
using Shop.Messaging;
using Shop.ServiceDefaults.Security;

namespace Shop.Inventory;

/// <summary>A product with its price and the units that can be ordered.</summary>
/// <param name="UnitPriceMinor">Price of one unit in minor units (pence, cents) of <paramref name="Currency"/>.</param>
/// <param name="Available">Units on hand that nobody has reserved.</param>
/// <param name="Revision">Grows by one with each change of the product.</param>
public sealed record CatalogueItem(string Sku, string Name, string Description, long UnitPriceMinor, string Currency, long Available, long Revision);

/// <param name="Next">Give it as <c>after</c> for the next page; null on the last one.</param>
public sealed record CataloguePage(IReadOnlyList<CatalogueItem> Items, string? Next);

/// <param name="Sku">Case-sensitive, kept as given.</param>
/// <param name="InitialStock">Units received with it; none when left out.</param>
public sealed record ListProduct(string Sku, string Name, string? Description, long UnitPriceMinor, string Currency, int? InitialStock);

/// <param name="Currency">ISO 4217 code, upper case.</param>
public sealed record ChangePrice(long UnitPriceMinor, string Currency);

public sealed record ChangeDetails(string Name, string? Description);

internal static class ProductEndpoints
{
    private const int DefaultPage = 50;
    private const int MaxPage = 500;
    private const int MaxFamilies = 100;

    public static void MapProducts(this IEndpointRouteBuilder routes)
    {
        var products = routes.MapGroup("/products").WithTags("Products");
        products.MapGet("", FindAsync).AllowAnonymous().WithName("FindProducts").WithSummary("The catalogue, by SKU; search looks into SKU, name and description; family is the SKU up to its first dash and may be given several times; with inStock=true only what can be ordered now.");
        products.MapGet("/{sku}", GetAsync).AllowAnonymous().WithName("GetProduct").WithSummary("One product.");
        products.MapPost("", ListAsync).RequireAuthorization(Policies.Operator).WithName("ListProduct").WithSummary("Lists a new product, with stock if wanted. The same again changes nothing.");
        products.MapPost("/{sku}/price", ChangePriceAsync).RequireAuthorization(Policies.Operator).WithName("ChangePrice").WithSummary("Changes the price; accepted orders keep theirs.");
        products.MapPut("/{sku}", ChangeDetailsAsync).RequireAuthorization(Policies.Operator).WithName("ChangeProduct").WithSummary("Changes name and description.");
    }

    private static async Task<CataloguePage> FindAsync(
        EventStore<InventoryModule> store, string? search, string[]? family, bool? inStock, string? after, int? limit, CancellationToken cancellationToken)
    {
        var size = Math.Clamp(limit ?? DefaultPage, 1, MaxPage);
        await using var models = store.Engine.OpenReadModels();
        var rows = models.Query<ProductRow>();
        if (!string.IsNullOrWhiteSpace(search))
        {
            var text = ProductRow.SearchTextOf(search.Trim());
            rows = rows.Where(row => row.SearchText.Contains(text));
        }

        var families = (family ?? []).Where(name => !string.IsNullOrWhiteSpace(name)).Distinct().ToArray();
        if (families.Length > MaxFamilies)
            throw new DomainException("too-many-families", $"Ask for at most {MaxFamilies} families at once.") { Field = "family" };
        if (families.Length > 0)
        {
            var beginnings = families.Select(name => name + "-").ToArray();
            // MUG itself is of the family MUG, MUGS-1 is not.
            rows = rows.Where(row => beginnings.Any(beginning => (row.Sku + "-").StartsWith(beginning)));
        }

        if (inStock == true)
            rows = rows.Where(row => models.Query<StockLevelRow>().Any(level => level.Sku == row.Sku && level.Available > 0));
        if (after is not null)
            rows = rows.Where(row => row.Sku.CompareTo(after) > 0);
        var items = await WithStock(rows.OrderBy(row => row.Sku).Take(size + 1), models).ToListAsync(cancellationToken);
        return items.Count > size ? new(items[..size], items[size - 1].Sku) : new(items, null);
    }

    private static async Task<Results<Ok<CatalogueItem>, ProblemHttpResult>> GetAsync(
        EventStore<InventoryModule> store, string sku, CancellationToken cancellationToken) =>
        await ReadAsync(store, sku, cancellationToken) is { } item ? TypedResults.Ok(item) : NotListed(sku);

    private static async Task<Results<Created<CatalogueItem>, Ok<CatalogueItem>>> ListAsync(
        EventStore<InventoryModule> store, IMessageOutbox outbox, ListProduct request, CancellationToken cancellationToken)
    {
        var product = new NewProduct
        {
            Sku = request.Sku,
            Name = request.Name,
            Description = request.Description ?? "",
            UnitPriceMinor = request.UnitPriceMinor,
            Currency = request.Currency,
            InitialStock = request.InitialStock ?? 0,
        };
        var (isNew, _) = await store.ExecuteAsync(async unit =>
        {
            var entry = await ProductEntry.LoadAsync(unit, product, cancellationToken);
            var priced = unit.Decide(() =>
            {
                if (!entry.List())
                    return null;
                entry.ReceiveIfNew();
                return entry.Listed.ToProductPriced();
            });
            if (priced is not null)
                await outbox.PublishAsync(unit, priced, cancellationToken);
            return priced is not null;
        }, cancellationToken: cancellationToken);

        var item = (await ReadAsync(store, product.Sku, cancellationToken))!;
        return isNew ? TypedResults.Created($"/products/{Uri.EscapeDataString(product.Sku)}", item) : TypedResults.Ok(item);
    }

    private static Task<Results<Ok<CatalogueItem>, ProblemHttpResult>> ChangePriceAsync(
        EventStore<InventoryModule> store, IMessageOutbox outbox, string sku, ChangePrice request, CancellationToken cancellationToken) =>
        ChangeAsync(store, outbox, sku, new ProductCommand.ChangePrice(request.UnitPriceMinor, request.Currency), cancellationToken);

    private static Task<Results<Ok<CatalogueItem>, ProblemHttpResult>> ChangeDetailsAsync(
        EventStore<InventoryModule> store, IMessageOutbox outbox, string sku, ChangeDetails request, CancellationToken cancellationToken) =>
        ChangeAsync(store, outbox, sku, new ProductCommand.ChangeDetails(request.Name, request.Description ?? ""), cancellationToken);

    private static async Task<Results<Ok<CatalogueItem>, ProblemHttpResult>> ChangeAsync(
        EventStore<InventoryModule> store, IMessageOutbox outbox, string sku, ProductCommand command, CancellationToken cancellationToken)
    {
        var (found, _) = await store.ExecuteAsync(async unit =>
        {
            var product = await unit.LoadAsync(Product.Aggregate, sku, cancellationToken);
            var (before, after) = unit.Decide(() =>
            {
                var before = product.State;
                if (before is Product.Listed)
                    product.Append(ProductDecider.Decide(command, before));
                return (before, product.State);
            });
            if (ProductDecider.Announce(before, after) is { } priced)
                await outbox.PublishAsync(unit, priced, cancellationToken);
            return after is Product.Listed;
        }, cancellationToken: cancellationToken);
        return found ? TypedResults.Ok((await ReadAsync(store, sku, cancellationToken))!) : NotListed(sku);
    }

    private static async Task<CatalogueItem?> ReadAsync(EventStore<InventoryModule> store, string sku, CancellationToken cancellationToken)
    {
        await using var models = store.Engine.OpenReadModels();
        return await WithStock(models.Query<ProductRow>().Where(row => row.Sku == sku), models).SingleOrDefaultAsync(cancellationToken);
    }

    private static IQueryable<CatalogueItem> WithStock(IQueryable<ProductRow> products, ReadModels models) =>
        from product in products
        join level in models.Query<StockLevelRow>() on product.Sku equals level.Sku into levels
        from level in levels.DefaultIfEmpty()
        orderby product.Sku
        select new CatalogueItem(
            product.Sku, product.Name, product.Description, product.UnitPriceMinor, product.Currency, level == null ? 0 : level.Available, product.Revision);

    internal static ProblemHttpResult NotListed(string sku) => TypedResults.Problem(
        $"No product has the SKU '{sku}'. SKUs are case-sensitive; GET /products lists them.", statusCode: StatusCodes.Status404NotFound, title: "Product not found");
}
