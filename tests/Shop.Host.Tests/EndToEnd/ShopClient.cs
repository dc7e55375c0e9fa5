using System.Globalization;
using System.Text;
using System.Text.Json;
using Shop.Tests;

namespace Shop.Host.Tests.EndToEnd;

/// <summary>What a test buys.</summary>
public sealed record Purchase(string Sku, int Quantity = 1, string Card = Cards.Approved)
{
    public string Key { get; init; } = Guid.CreateVersion7().ToString();

    public string? CustomerId { get; init; } = "ada";

    public long? UnitPriceMinor { get; init; }

    /// <summary>Of <c>Prefer: wait</c>; null sends no such header.</summary>
    public int? WaitSeconds { get; init; } = 60;

    public string Body => JsonSerializer.Serialize(new
    {
        customerId = CustomerId,
        lines = new[] { new { sku = Sku, quantity = Quantity, unitPriceMinor = UnitPriceMinor } },
        currency = "GBP",
        paymentMethod = Card,
    });
}

public static class Cards
{
    public const string Approved = "pm_card_visa";
    public const string Declined = "pm_card_chargeDeclined";
    public const string Slow = "pm_card_slow";
    public const string TimeoutAfterCharge = "pm_card_timeoutAfterCharge";
    public const string ErrorAfterCharge = "pm_card_errorAfterCharge";
    public const string CaptureRefused = "pm_card_captureRefused";
}

/// <summary>A view of a running shop, as an operator, as a customer or as a stranger: HTTP only.</summary>
/// <param name="token">Null: a stranger.</param>
public sealed class ShopClient(string url, string? token) : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false })
    {
        BaseAddress = new(url),
        Timeout = Patience.Long,
        DefaultRequestHeaders = { Authorization = token is null ? null : new("Bearer", token) },
    };

    /// <summary>An operator of a shop in this process.</summary>
    public static ShopClient OperatorOf(ShopApplication shop) => new(shop.Url, shop.Services.OperatorToken());

    /// <inheritdoc cref="TestTokens.CustomerToken"/>
    public static ShopClient CustomerOf(ShopApplication shop, string customerId) => new(shop.Url, shop.Services.CustomerToken(customerId));

    /// <summary>An operator of a shop in another process.</summary>
    internal static ShopClient OperatorOf(string url, TempFolder data) => new(url, TestTokens.OperatorTokenOf(data.Under("keys")));

    public Task<Answer> PlaceAsync(Purchase purchase) => PlaceAsync(purchase.Body, purchase.Key, purchase.WaitSeconds);

    public Task<Answer> PlaceAsync(string body, string? key, int? waitSeconds = 60) => SendAsync(HttpMethod.Post, "/orders", body, request =>
    {
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        if (waitSeconds is { } seconds)
            request.Headers.Add("Prefer", string.Create(CultureInfo.InvariantCulture, $"wait={seconds}"));
    });

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<Answer> PostAsync(string path, object? body = null) =>
        SendAsync(HttpMethod.Post, path, body is null ? null : JsonSerializer.Serialize(body, JsonSerializerOptions.Web));

    public async Task<Answer> SendAsync(HttpMethod method, string path, string? body = null, Action<HttpRequestMessage>? prepare = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        prepare?.Invoke(request);
        using var response = await http.SendAsync(request);
        return new((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers);
    }

    /// <summary>Lists a product; ordering learns its price a moment later.</summary>
    public async Task ListProductAsync(string sku, int units, long unitPriceMinor = 1_000)
    {
        (await PostAsync("/products", new { sku, name = $"Product {sku}", unitPriceMinor, currency = "GBP", initialStock = units })).ShouldBe(201);
        await UntilAsync(async () => (await PlaceAsync(new Purchase(sku) { UnitPriceMinor = 0 }.Body, Guid.CreateVersion7().ToString())).Status == 409, $"the price of {sku} is known");
    }

    public async Task<(long OnHand, long Reserved, long Sold)> StockAsync(string sku)
    {
        var stock = (await GetAsync($"/stock/{sku}")).ShouldBe(200);
        return (stock["onHand"].GetInt64(), stock["reserved"].GetInt64(), stock["sold"].GetInt64());
    }

    public async Task<string> PaymentStateAsync(Guid orderId) =>
        (await GetAsync($"/payments/{orderId}")).ShouldBe(200)["payment"].GetProperty("state").GetString()!;

    /// <summary>All orders as the list shows them, through all pages.</summary>
    public async Task<List<JsonElement>> OrdersAsync(string? status = null)
    {
        var orders = new List<JsonElement>();
        for (string? after = null; ;)
        {
            var page = (await GetAsync($"/orders?limit=200{(status is null ? "" : $"&status={status}")}{(after is null ? "" : $"&after={after}")}")).ShouldBe(200);
            orders.AddRange(page["items"].EnumerateArray());
            after = page["next"].GetString();
            if (after is null)
                return orders;
        }
    }

    public Task<Answer> UntilStatusAsync(Guid orderId, string status) => UntilAsync(
        () => GetAsync($"/orders/{orderId}"), answer => answer.Status == 200 && answer.OrderStatus == status, $"order {orderId} is {status}");

    public static Task UntilAsync(Func<Task<bool>> condition, string what) => UntilAsync(condition, isTrue => isTrue, what);

    /// <summary>Asks until it is so.</summary>
    public static async Task<T> UntilAsync<T>(Func<Task<T>> ask, Func<T, bool> condition, string what)
    {
        using var limit = new CancellationTokenSource(Patience.Long);
        while (true)
        {
            var answer = await ask();
            if (condition(answer))
                return answer;
            if (limit.IsCancellationRequested)
                throw new TimeoutException($"It never came to pass within {Patience.Long.TotalSeconds:0} s that {what}; last: {answer}");
            await Task.Delay(50);
        }
    }

    public void Dispose() => http.Dispose();
}
