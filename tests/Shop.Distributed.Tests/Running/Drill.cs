using System.Diagnostics;
using Xunit.Abstractions;

namespace Shop.Distributed.Tests.Running;

/// <summary>One round of a drill: a running shop, shoppers, and something that goes wrong.</summary>
/// <param name="Random">Decides what the seed is to decide.</param>
internal sealed record DrillRound(int Seed, Cluster Cluster, OrderLoad Load, Random Random, ITestOutputHelper Output)
{
    private readonly long started = Stopwatch.GetTimestamp();

    public void Note(FormattableString text) =>
        Output.WriteLine(FormattableString.Invariant($"{Stopwatch.GetElapsedTime(started).TotalSeconds,6:0.0} s  ") + FormattableString.Invariant(text));

    /// <summary>Releases a share of the orders before each fault, and lets it come when some of them are acknowledged.</summary>
    public async Task UnderLoadAsync(int faults, Func<int, Task> fault)
    {
        for (var i = 0; i < faults; i++)
        {
            await ReleaseAsync((Load.Total / (faults + 1)) + 1);
            await fault(i);
        }

        Load.ReleaseAll();
    }

    /// <summary>Releases orders and returns in the middle of them, or when none is acknowledged for seconds.</summary>
    public async Task ReleaseAsync(int count)
    {
        var enough = Load.Acknowledged.Count + Random.Next(count);
        var patience = TimeSpan.FromSeconds(5);
        var begun = Stopwatch.GetTimestamp();
        Load.Release(count);
        while (Load.Acknowledged.Count < enough && Stopwatch.GetElapsedTime(begun) < patience)
            await Task.Delay(10);
        await Task.Delay(Random.Next(100));
    }
}

/// <summary>Runs a drill; the audit has the last word.</summary>
public abstract class Drill(DrillServers servers, ITestOutputHelper output)
{
    private static int runs;

    /// <param name="act">Releases the orders, and lets go wrong what is to go wrong.</param>
    /// <param name="afterwards">What is still to be done when all orders have ended.</param>
    /// <param name="options">Of a shop of the drill's own, for all its rounds. Null: as shipped; in the short form it may have gone through other drills before.</param>
    private protected async Task RunAsync(
        Func<DrillRound, Task> act, Func<DrillRound, Task>? afterwards = null, ClusterOptions? options = null, int? orders = null)
    {
        for (var round = 0; round < DrillOptions.Rounds; round++)
        {
            var seed = DrillOptions.Seed + round;
            output.WriteLine($"SHOP_SEED={seed}");
            var started = Stopwatch.GetTimestamp();
            var cluster = await servers.ShopAsync(options ?? ClusterOptions.AsShipped);
            output.WriteLine($"The shop was there after {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s.");
            try
            {
                var run = Interlocked.Increment(ref runs);
                await cluster.ListProductsAsync(run);
                using var load = new OrderLoad(cluster.ClientOf(Service.Order), seed, run, orders ?? DrillOptions.Orders);
                var drill = new DrillRound(seed, cluster, load, new(seed), output);
                await act(drill);
                var isLast = round == DrillOptions.Rounds - 1 && (options is not null || DrillOptions.IsLong);
                await FinishAsync(drill, afterwards, stops: isLast || options is { Later.Count: > 0 });
            }
            catch
            {
                await DescribeAsync(cluster);
                await servers.EndShopAsync();
                throw;
            }
        }
    }

    private async Task FinishAsync(DrillRound drill, Func<DrillRound, Task>? afterwards, bool stops)
    {
        await Ending.UntilAcknowledgedAsync(drill);
        await Ending.UntilQuietAsync(drill);
        if (afterwards is not null)
        {
            await afterwards(drill);
            await Ending.UntilQuietAsync(drill);
        }

        await Ending.CheckOrdersAsync(drill);
        if (stops)
            await drill.Cluster.StopAsync();
        await Ending.AuditAsync(drill);
        drill.Note($"Audited.");
        if (stops)
            await servers.EndShopAsync();
    }

    private async Task DescribeAsync(Cluster cluster)
    {
        foreach (var process in cluster.Processes)
        {
            output.WriteLine($"== {process.Name}, {(process.IsRunning ? "running" : "not running")}, its last lines:");
            if (File.Exists(process.LogFile))
                File.ReadLines(process.LogFile).TakeLast(30).ToList().ForEach(output.WriteLine);
        }

        try
        {
            foreach (var queue in await servers.Broker.Management.QueuesAsync())
                output.WriteLine(queue.ToString());
        }
        catch (HttpRequestException error)
        {
            output.WriteLine($"The broker does not answer: {error.Message}");
        }
    }
}
