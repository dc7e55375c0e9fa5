using Shop.Distributed.Tests.Running;
using Xunit.Abstractions;

namespace Shop.Distributed.Tests.Drills;

/// <summary>A power cut of the services' machines.</summary>
[Collection(SharedShopCollection.Name)]
public sealed class KillAllDrills(DrillServers servers, ITestOutputHelper output) : Drill(servers, output)
{
    [Fact]
    public Task Killing_all_services_at_once_loses_and_doubles_nothing() => RunAsync(async drill =>
    {
        const int times = 2;
        await drill.UnderLoadAsync(times, async _ =>
        {
            await Task.WhenAll(drill.Cluster.Replicas.Select(replica => replica.KillAsync()));
            drill.Note($"Killed all; {drill.Load.Acknowledged.Count} orders acknowledged.");
            await Task.WhenAll(drill.Cluster.Replicas.Select(replica => replica.StartUntilReadyAsync()));
        });
    });
}
