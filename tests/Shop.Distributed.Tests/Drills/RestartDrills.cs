using Shop.Distributed.Tests.Running;
using Xunit.Abstractions;

namespace Shop.Distributed.Tests.Drills;

/// <summary>What operators do every week.</summary>
[Collection(SharedShopCollection.Name)]
public sealed class RestartDrills(DrillServers servers, ITestOutputHelper output) : Drill(servers, output)
{
    [Fact]
    public Task A_rolling_restart_under_load_fails_no_order() => RunAsync(
        drill =>
        {
            var replicas = drill.Cluster.Replicas;
            return drill.UnderLoadAsync(replicas.Count, async turn =>
            {
                var exitCode = await replicas[turn].TerminateAsync();
                drill.Note($"{replicas[turn].Name} has stopped; {drill.Load.Acknowledged.Count} orders acknowledged.");
                exitCode.ShouldBe(0, replicas[turn].Name);
                await replicas[turn].StartUntilReadyAsync();
            });
        },
        afterwards: async drill =>
        {
            var reasons = await Orders.ReasonsAsync(drill);
            reasons.Keys.ShouldNotContain(reason => reason.Contains("did not answer in time", StringComparison.Ordinal));
        });
}
