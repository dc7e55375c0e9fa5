using Shop.Distributed.Tests.Running;
using Xunit.Abstractions;

namespace Shop.Distributed.Tests.Drills;

[Collection(SharedShopCollection.Name)]
public sealed class ProviderDrills(DrillServers servers, ITestOutputHelper output) : Drill(servers, output)
{
    [Fact]
    public Task A_provider_that_dies_for_a_while_charges_nobody_twice() => RunAsync(
        async drill =>
        {
            drill.Load.Release(drill.Load.Total / 2);
            await drill.Load.UntilAcknowledgedAsync(drill.Load.Total / 4);
            await drill.Cluster.Sandbox.KillAsync();
            drill.Note($"Killed the provider; {drill.Load.Acknowledged.Count} orders acknowledged.");
            drill.Load.ReleaseAll();
            await Task.Delay(DrillOptions.Outage(10, 60));
            await drill.Cluster.Sandbox.StartUntilReadyAsync();
            drill.Note($"The provider is back; {drill.Load.Acknowledged.Count} orders acknowledged.");
        });
}
