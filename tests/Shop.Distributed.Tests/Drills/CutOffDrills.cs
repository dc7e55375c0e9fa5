using Shop.Distributed.Tests.Running;
using Shop.TestServers;
using Xunit.Abstractions;

namespace Shop.Distributed.Tests.Drills;

/// <summary>A network that swallows everything and tells nobody.</summary>
[Collection(DrillCollection.Name)]
public sealed class CutOffDrills(DrillServers servers, ITestOutputHelper output) : Drill(servers, output)
{
    private readonly DrillServers servers = servers;

    [Fact]
    public async Task A_service_that_is_cut_off_from_the_broker_loses_and_doubles_nothing()
    {
        var networks = Service.All.ToDictionary(service => service.Name, _ => new FaultProxy(servers.Broker.Port));
        try
        {
            await RunAsync(
                drill =>
                {
                    var service = Service.All[drill.Seed % Service.All.Count].Name;
                    return CutOffAsync(drill, networks[service], $"all of {service} from the broker");
                },
                options: new() { BrokerPort = (service, _) => networks[service].Port });
        }
        finally
        {
            foreach (var network in networks.Values)
                await network.DisposeAsync();
        }
    }

    [Fact]
    public async Task Replicas_that_are_cut_off_from_their_databases_lose_and_double_nothing()
    {
        await using var network = new FaultProxy(servers.Database.Port);
        await RunAsync(
            drill => CutOffAsync(drill, network, "the first replica of each service from its database"),
            options: new() { DatabasePort = (_, replica) => replica == 1 ? network.Port : null });
    }

    private static Task CutOffAsync(DrillRound drill, FaultProxy network, string what) => drill.UnderLoadAsync(1, async _ =>
    {
        network.Stall();
        drill.Note($"Cut off {what}; {drill.Load.Acknowledged.Count} orders acknowledged.");
        drill.Load.Release(drill.Load.Total / 4);
        await Task.Delay(DrillOptions.Outage(15, 60));
        network.Heal();
        drill.Note($"The network is whole again; {drill.Load.Acknowledged.Count} orders acknowledged.");
    });
}
