using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Shop.Host.Tests.Load;

/// <summary>Answers as the shop would, without being one: what is tested against it is the client.</summary>
internal sealed class StubShop : IAsyncDisposable
{
    private readonly WebApplication app;
    private int orders;
    private int warmUpAnswers;

    private StubShop(WebApplication app) => this.app = app;

    public ConcurrentDictionary<string, int> Placed { get; } = new();

    public ConcurrentDictionary<string, long> Stock { get; } = new();

    /// <summary>What requests for orders came with.</summary>
    public ConcurrentDictionary<string, bool> Authorizations { get; } = new();

    /// <summary>Every order after this many is answered with 500.</summary>
    public int FailAfter { get; init; } = int.MaxValue;

    public string Url => app.Urls.Single();

    /// <param name="warmUpAnswers">So often it says that it is still warming up.</param>
    public static async Task<StubShop> StartAsync(int failAfter = int.MaxValue, int warmUpAnswers = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var shop = new StubShop(app) { FailAfter = failAfter, warmUpAnswers = warmUpAnswers };
        app.MapPost("/account/token", (Credentials given) => given.Password == "wrong" ? Results.Problem("Unknown password.", statusCode: 401) : Results.Json(new { accessToken = $"token of {given.Email}" }));
        app.MapPost("/products", shop.AddProduct);
        app.MapPost("/stock/{sku}/receive", (string sku, Receipt receipt) => shop.Stock.AddOrUpdate(sku, receipt.Quantity, (_, units) => units + receipt.Quantity));
        app.MapPost("/orders", (Delegate)shop.PlaceAsync);
        app.MapGet("/diagnostics/counters", shop.Counters);
        await app.StartAsync();
        return shop;
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private IResult AddProduct(Product product) =>
        Stock.TryAdd(product.Sku, product.InitialStock) ? Results.Created($"/products/{product.Sku}", null) : Results.Ok();

    private async Task<IResult> PlaceAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        Authorizations[context.Request.Headers.Authorization.ToString()] = true;
        var number = Interlocked.Increment(ref orders);
        if (number == 1)
            return Results.Problem("Unknown product.", statusCode: 422);
        if (number > FailAfter)
            return Results.Problem("Broken on purpose.", statusCode: 500);
        Placed.AddOrUpdate(context.Request.Headers["Idempotency-Key"].Single()!, 1, (_, count) => count + 1);
        var status = body.Contains("pm_card_chargeDeclined", StringComparison.Ordinal) ? "rejected" : "confirmed";
        return Results.Json(new { orderId = Guid.CreateVersion7(), status, version = 3 }, statusCode: 201);
    }

    private IResult Counters()
    {
        var store = new { name = "order", commits = orders * 2, writeSets = orders * 6, messages = orders * 5, conflicts = 0, duplicates = 0 };
        return Results.Json(new { isWarmingUp = Interlocked.Decrement(ref warmUpAnswers) >= 0, stores = new[] { store, store } });
    }

    private sealed record Credentials(string Email, string Password);

    private sealed record Product(string Sku, string Name, long UnitPriceMinor, string Currency, long InitialStock);

    private sealed record Receipt(long Quantity);
}
