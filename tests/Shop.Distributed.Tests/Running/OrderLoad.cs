using System.Collections.Concurrent;

namespace Shop.Distributed.Tests.Running;

/// <summary>Shoppers who repeat a request under its key until it is answered with 2xx.</summary>
internal sealed class OrderLoad : IDisposable
{
    private const int Shoppers = 16;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly ServiceClient orders;
    private readonly SemaphoreSlim released = new(0);
    private readonly ConcurrentDictionary<string, Guid> acknowledged = new();
    private readonly ConcurrentQueue<string> refusals = new();
    private readonly ConcurrentDictionary<int, int> repeated = new();
    private int last = -1;
    private int left;

    public OrderLoad(ServiceClient orders, int seed, int run, int total)
    {
        this.orders = orders;
        Plan = [.. Enumerable.Range(0, total).Select(number => OrderPlan.Order(seed, run, number))];
        left = total;
        Finished = Task.WhenAll(Enumerable.Range(0, Shoppers).Select(_ => ShopAsync()));
    }

    public IReadOnlyList<PlannedOrder> Plan { get; }

    public int Total => Plan.Count;

    public Task Finished { get; }

    /// <summary>The order that each key was answered with.</summary>
    public IReadOnlyDictionary<string, Guid> Acknowledged => acknowledged;

    /// <summary>Answers that a shopper cannot get over by asking again.</summary>
    public IReadOnlyCollection<string> Refusals => refusals;

    /// <summary>How often a request was repeated, by the status that made it so; 0 stands for no answer.</summary>
    public IReadOnlyDictionary<int, int> Repeated => repeated;

    /// <summary>Lets so many more orders be placed, as far as there are any.</summary>
    public void Release(int count)
    {
        count = Math.Min(count, left);
        left -= count;
        if (count > 0)
            released.Release(count);
    }

    public void ReleaseAll() => Release(left);

    /// <summary>Waits until so many are acknowledged.</summary>
    public Task UntilAcknowledgedAsync(int count) => Eventually.SoAsync(
        () => Task.FromResult(acknowledged.Count + refusals.Count >= count), () => $"{count} orders are acknowledged; {this}");

    public override string ToString() =>
        $"{acknowledged.Count} of {Total} acknowledged, repeated: {string.Join(", ", repeated.OrderBy(pair => pair.Key).Select(pair => $"{(pair.Key == 0 ? "no answer" : pair.Key)} × {pair.Value}"))}";

    public void Dispose() => released.Dispose();

    private async Task ShopAsync()
    {
        while (Interlocked.Increment(ref last) is var number && number < Total)
        {
            await released.WaitAsync();
            await PlaceAsync(Plan[number]);
        }
    }

    private async Task PlaceAsync(PlannedOrder order)
    {
        (string, string)[] headers = order.WaitSeconds is { } seconds ? [("Idempotency-Key", order.Key), ("Prefer", $"wait={seconds}")] : [("Idempotency-Key", order.Key)];
        while (true)
        {
            var answer = await orders.SendAsync(HttpMethod.Post, "/orders", order.Json, headers);
            if (answer is { IsSuccess: true })
            {
                var orderId = answer["orderId"].GetGuid();
                acknowledged[order.Key] = orderId;
                if (order.IsCancelled)
                    await CancelAsync(orderId);
                return;
            }

            // 409: the first request under the key is still under way.
            if (answer is { Status: not 409 and < 500 })
            {
                refusals.Enqueue($"{order}: {answer}");
                return;
            }

            await BeforeRepeatAsync(answer);
        }
    }

    private async Task CancelAsync(Guid orderId)
    {
        // 409: it was rejected already.
        while (await orders.SendAsync(HttpMethod.Post, $"/orders/{orderId}/cancel") is var answer && answer is not ({ IsSuccess: true } or { Status: 409 }))
            await BeforeRepeatAsync(answer);
    }

    private Task BeforeRepeatAsync(Answer? answer)
    {
        repeated.AddOrUpdate(answer?.Status ?? 0, 1, (_, count) => count + 1);
        return Task.Delay(Pause);
    }
}
