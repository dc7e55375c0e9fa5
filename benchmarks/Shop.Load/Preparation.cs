using System.Net;
using System.Net.Http.Json;

namespace Shop.Load;

/// <summary>Products and stock for a run, and the wait until orders for them are accepted.</summary>
public sealed class Preparation(HttpClient http, TextWriter output)
{
    public const int Concurrency = 16;
    private const int AttemptsMax = 100;
    private const int ReserveUnits = 100;
    private static readonly TimeSpan AttemptPause = TimeSpan.FromMilliseconds(200);

    public async Task RunAsync(OrderPlan plan, CancellationToken cancellationToken)
    {
        var skus = Enumerable.Range(0, plan.UnitsBySku.Count).ToArray();
        output.WriteLine($"Preparing {skus.Length} products.");
        await Parallel.ForEachAsync(
            skus, new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellationToken },
            async (sku, cancel) => await StockAsync(OrderPlan.SkuName(sku), plan.UnitsBySku[sku] + ReserveUnits, cancel));

        // Prices reach Order.Api as messages, in no particular order: the ends and the middle stand for all, the last one is newest.
        foreach (var sku in new[] { 0, skus.Length / 2, skus.Length - 1 }.Distinct())
            await ProbeAsync(OrderPlan.SkuName(sku), cancellationToken);
    }

    private async Task StockAsync(string sku, long units, CancellationToken cancellationToken)
    {
        var product = new Product(sku, $"Load test item {sku}", "Exists only to be bought by the load test.", 1_250, "GBP", units);
        using var created = await http.PostAsJsonAsync(new Uri("/products", UriKind.Relative), product, cancellationToken);
        if (created.StatusCode is HttpStatusCode.Created)
            return;
        if (created.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.Conflict))
            throw await FailureAsync($"POST /products for {sku}", created, cancellationToken);
        await ReceiveAsync(sku, units, cancellationToken);
    }

    private async Task ReceiveAsync(string sku, long units, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var received = await http.PostAsJsonAsync(new Uri($"/stock/{sku}/receive", UriKind.Relative), new Receipt(units), cancellationToken);
            if (received.IsSuccessStatusCode)
                return;
            // All deliveries are written to one record of what operators did: replicas may get in each other's way too often.
            if (received.StatusCode != HttpStatusCode.ServiceUnavailable || attempt == AttemptsMax)
                throw await FailureAsync($"POST /stock/{sku}/receive", received, cancellationToken);
            await Task.Delay(AttemptPause, cancellationToken);
        }
    }

    private async Task ProbeAsync(string sku, CancellationToken cancellationToken)
    {
        var body = new Probe("load-probe", [new(sku, 1)], "GBP", "pm_card_visa");
        for (var attempt = 1; ; attempt++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/orders", UriKind.Relative)) { Content = JsonContent.Create(body) };
            request.Headers.Add("Idempotency-Key", $"load-probe-{Guid.CreateVersion7():N}");
            request.Headers.Add("Prefer", "wait=30");
            using var response = await http.SendAsync(request, cancellationToken);
            if (response.StatusCode == HttpStatusCode.Created)
                return;
            if (response.StatusCode != HttpStatusCode.UnprocessableEntity || attempt == AttemptsMax)
                throw await FailureAsync($"POST /orders for {sku}", response, cancellationToken);
            await Task.Delay(AttemptPause, cancellationToken);
        }
    }

    private static async Task<InvalidOperationException> FailureAsync(string what, HttpResponseMessage response, CancellationToken cancellationToken) =>
        new($"{what} answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(cancellationToken)}");

    private sealed record Product(
        string Sku, string Name, string Description, long UnitPriceMinor, string Currency, long InitialStock);

    private sealed record Receipt(long Quantity);

    private sealed record Probe(string CustomerId, IReadOnlyList<ProbeLine> Lines, string Currency, string PaymentMethod);

    private sealed record ProbeLine(string Sku, int Quantity);
}
