using Shop.Distributed.Tests.Running;
using Xunit.Abstractions;

namespace Shop.Distributed.Tests.Drills;

/// <summary>Processes that stand still for longer than all that was promised them lasts, while the others go on.</summary>
[Collection(DrillCollection.Name)]
public sealed class PauseDrills(DrillServers servers, ITestOutputHelper output) : Drill(servers, output)
{
    private static readonly Dictionary<string, string?> ShortLeases = new()
    {
        ["OrderSaga__TryDeadlineSeconds"] = "5",
        ["OrderSaga__LeaseSeconds"] = "8",
    };

    [Fact]
    public Task A_replica_that_stands_still_past_its_leases_changes_nothing() => RunAsync(
        async drill =>
        {
            await drill.ReleaseAsync(drill.Load.Total / 3);
            var paused = Service.All.Select(service => drill.Cluster.ReplicasOf(service.Name)[drill.Random.Next(2)]).ToArray();
            foreach (var replica in paused)
                replica.Pause();
            drill.Note($"Paused {string.Join(", ", paused.Select(replica => replica.Name))}; {drill.Load.Acknowledged.Count} orders acknowledged.");
            drill.Load.Release(drill.Load.Total / 3);
            await Task.Delay(DrillOptions.Outage(15, 60));
            drill.Note($"They go on; {drill.Load.Acknowledged.Count} orders acknowledged.");
            foreach (var replica in paused)
                replica.Continue();
            drill.Load.ReleaseAll();
        },
        options: new() { Settings = ShortLeases });
}
