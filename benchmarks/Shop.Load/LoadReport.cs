using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Shop.Load;

/// <summary>What a run measured. Written as JSON under these names in camelCase.</summary>
public sealed record LoadReport
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public required int Orders { get; init; }

    public required int Concurrency { get; init; }

    public required double Seconds { get; init; }

    public required double OrdersPerSecond { get; init; }

    public required double P50Ms { get; init; }

    public required double P90Ms { get; init; }

    public required double P99Ms { get; init; }

    public required double MaxMs { get; init; }

    public required int Confirmed { get; init; }

    public required int Rejected { get; init; }

    public required int Errors { get; init; }

    /// <summary>Database transactions per order, over all stores; null when the server does not count.</summary>
    public double? CommitsPerOrder { get; init; }

    /// <summary>Handlers that shared one transaction, on average.</summary>
    public double? WriteSetsPerCommit { get; init; }

    /// <summary>Messages handled per order, over all services.</summary>
    public double? MessagesPerOrder { get; init; }

    /// <summary>Write sets decided again because a stream had moved on.</summary>
    public long? Conflicts { get; init; }

    /// <summary>Processor time of this client per second of the run, in processors.</summary>
    public required double ClientProcessors { get; init; }

    /// <param name="latencies">Stopwatch ticks of every order that ended; sorted here.</param>
    /// <param name="counters">What the server counted during the run, or null.</param>
    public static LoadReport Create(
        LoadOptions options, Span<long> latencies, int confirmed, int rejected, TimeSpan elapsed, TimeSpan clientProcessor, StoreCounters? counters)
    {
        latencies.Sort();
        return new()
        {
            Orders = options.Orders,
            Concurrency = options.Concurrency,
            Seconds = Math.Round(elapsed.TotalSeconds, 3),
            OrdersPerSecond = Math.Round(latencies.Length / elapsed.TotalSeconds, 1),
            P50Ms = Percentile(latencies, 0.50),
            P90Ms = Percentile(latencies, 0.90),
            P99Ms = Percentile(latencies, 0.99),
            MaxMs = Percentile(latencies, 1.00),
            Confirmed = confirmed,
            Rejected = rejected,
            Errors = options.Orders - confirmed - rejected,
            CommitsPerOrder = Per(counters?.Commits, options.Orders),
            WriteSetsPerCommit = Per(counters?.WriteSets, counters?.Commits ?? 0),
            MessagesPerOrder = Per(counters?.Messages, options.Orders),
            Conflicts = counters?.Conflicts,
            ClientProcessors = Math.Round(clientProcessor / elapsed, 2),
        };
    }

    /// <summary>Nearest rank: the smallest latency that this share of the orders did not exceed, in milliseconds.</summary>
    public static double Percentile(ReadOnlySpan<long> sortedTicks, double share)
    {
        if (sortedTicks.IsEmpty)
            return 0;
        var rank = Math.Clamp((int)Math.Ceiling(share * sortedTicks.Length), 1, sortedTicks.Length);
        return Math.Round(Stopwatch.GetElapsedTime(0, sortedTicks[rank - 1]).TotalMilliseconds, 3);
    }

    public void Print(TextWriter output)
    {
        Line($"{Orders} orders by {Concurrency} buyers in {Seconds:0.0} s");
        Line($"  {OrdersPerSecond:0} orders/s   p50 {P50Ms:0.0} ms   p90 {P90Ms:0.0} ms   p99 {P99Ms:0.0} ms   max {MaxMs:0.0} ms");
        Line($"  {Confirmed} confirmed, {Rejected} rejected, {Errors} errors");
        if (CommitsPerOrder is null)
            Line($"  The server does not count commits (GET /diagnostics/counters answered 404).");
        else
            Line($"  {CommitsPerOrder:0.00} commits per order, {WriteSetsPerCommit:0.00} write sets per commit, {MessagesPerOrder:0.00} messages per order, {Conflicts} conflicts");
        Line($"  this client used {ClientProcessors:0.00} processors");

        void Line(FormattableString text) => output.WriteLine(text.ToString(CultureInfo.InvariantCulture));
    }

    public Task WriteAsync(string path, CancellationToken cancellationToken) =>
        File.WriteAllTextAsync(path, JsonSerializer.Serialize(this, Json) + "\n", cancellationToken);

    private static double? Per(long? count, long whole) => count is { } value && whole > 0 ? Math.Round((double)value / whole, 3) : null;
}
