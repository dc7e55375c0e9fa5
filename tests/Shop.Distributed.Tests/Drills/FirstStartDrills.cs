using Shop.Distributed.Tests.Running;
using Xunit.Abstractions;

namespace Shop.Distributed.Tests.Drills;

[Collection(DrillCollection.Name)]
public sealed class FirstStartDrills(DrillServers servers, ITestOutputHelper output) : Drill(servers, output)
{
    [Fact]
    public Task What_was_sent_before_its_receiver_ever_ran_is_not_lost() => RunAsync(
        async drill =>
        {
            drill.Load.ReleaseAll();
            await drill.Load.UntilAcknowledgedAsync(drill.Load.Total);
            drill.Note($"All acknowledged; nobody has ever listened.");
            foreach (var service in (string[])[Service.Saga, Service.Payment])
            {
                await drill.Cluster.ReplicasOf(service)[0].StartUntilReadyAsync();
                drill.Note($"Started {service}.");
            }
        },
        options: new() { Replicas = 1, Later = [Service.Saga, Service.Payment] });
}
