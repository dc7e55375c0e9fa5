using System.Diagnostics;

namespace Shop.Load;

/// <summary>A closed loop: each buyer places an order, waits until it has ended, and places the next.</summary>
public sealed class LoadRun(LoadOptions options, TextWriter output, TimeProvider clock)
{
    private const int ErrorSamplesMax = 5;
    private static readonly TimeSpan WarmUpPause = TimeSpan.FromMilliseconds(250);
    private readonly HashSet<string> errorSamples = [];
    private readonly Lock gate = new();

    public async Task<LoadReport> RunAsync(CancellationToken cancellationToken)
    {
        var plan = OrderPlan.Create(options, Guid.CreateVersion7(clock.GetUtcNow()));
        using var http = new HttpClient(OrderClient.CreateHandler(Preparation.Concurrency)) { BaseAddress = options.Url };
        var token = options.Token ?? await AccessToken.GetAsync(http, options, cancellationToken);
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        await WaitForWarmUpAsync(http, cancellationToken);
        await new Preparation(http, output).RunAsync(plan, cancellationToken);

        using var client = new OrderClient(options, token);
        var count = plan.Bodies.Count;
        var outcomes = new OrderOutcome[count];
        var latencies = new long[count];
        if (options.WarmupOrders > 0)
        {
            output.WriteLine($"Warming up with {options.WarmupOrders} orders.");
            await PlaceAsync(client, plan, 0, options.WarmupOrders, outcomes, latencies, cancellationToken);
            ReportErrors("during the warm-up, not counted");
        }

        // Scripts that count what the server uses wait for this line.
        output.WriteLine($"Measuring {options.Orders} orders.");
        var before = await StoreCounters.ReadAsync(http, cancellationToken);
        var processorBefore = Environment.CpuUsage.TotalTime;
        var started = Stopwatch.GetTimestamp();
        await PlaceAsync(client, plan, options.WarmupOrders, options.Orders, outcomes, latencies, cancellationToken);
        var elapsed = Stopwatch.GetElapsedTime(started);
        var processor = Environment.CpuUsage.TotalTime - processorBefore;
        var after = await StoreCounters.ReadAsync(http, cancellationToken);
        ReportErrors("counted");

        var measured = Enumerable.Range(options.WarmupOrders, options.Orders).ToArray();
        var confirmed = measured.Count(order => outcomes[order] == OrderOutcome.Confirmed);
        var rejected = measured.Count(order => outcomes[order] == OrderOutcome.Rejected);
        var good = measured.Where(order => outcomes[order] != OrderOutcome.Error).Select(order => latencies[order]).ToArray();
        return LoadReport.Create(options, good, confirmed, rejected, elapsed, processor, before is null ? null : after?.Since(before));
    }

    /// <summary>A shop that was just started compiles for some seconds, and would be measured at that.</summary>
    private async Task WaitForWarmUpAsync(HttpClient http, CancellationToken cancellationToken)
    {
        var told = false;
        while (await StoreCounters.IsWarmingUpAsync(http, cancellationToken))
        {
            if (!told)
                output.WriteLine("Waiting until the shop has warmed up.");
            told = true;
            await Task.Delay(WarmUpPause, clock, cancellationToken);
        }
    }

    private Task PlaceAsync(
        OrderClient client, OrderPlan plan, int first, int count, OrderOutcome[] outcomes, long[] latencies, CancellationToken cancellationToken)
    {
        var next = first - 1;
        return Task.WhenAll(Enumerable.Range(0, Math.Min(options.Concurrency, count)).Select(_ => Task.Run(BuyAsync, cancellationToken)));

        async Task BuyAsync()
        {
            var timeout = TimeSpan.FromSeconds(options.TimeoutSeconds);
            var limit = new CancellationTokenSource();
            for (int order; (order = Interlocked.Increment(ref next)) < first + count;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (!limit.TryReset())
                    limit = new();
                limit.CancelAfter(timeout);
                var started = Stopwatch.GetTimestamp();
                var (outcome, error) = await client.PlaceAsync(plan.Bodies[order], plan.Keys[order], limit.Token);
                latencies[order] = Stopwatch.GetTimestamp() - started;
                outcomes[order] = outcome;
                if (error is not null)
                    Sample(error);
            }

            limit.Dispose();
        }
    }

    private void Sample(string error)
    {
        lock (gate)
        {
            if (errorSamples.Count < ErrorSamplesMax)
                errorSamples.Add(error);
        }
    }

    private void ReportErrors(string when)
    {
        foreach (var error in errorSamples)
            output.WriteLine($"Error ({when}): {error}");
        errorSamples.Clear();
    }
}
