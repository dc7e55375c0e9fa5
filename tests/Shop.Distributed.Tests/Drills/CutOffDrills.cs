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
    public async Task Being_cut_off_from_the_broker_and_from_the_databases_loses_and_doubles_nothing()
    {
        var toBroker = Service.All.ToDictionary(service => service.Name, _ => new FaultProxy(servers.Broker.Port));
        await using var toDatabases = new FaultProxy(servers.Database.Port);
        try
        {
            await RunAsync(
                drill =>
                {
                    var service = Service.All[drill.Seed % Service.All.Count].Name;
                    (FaultProxy Network, string What)[] cuts =
                    [
                        (toBroker[service], $"all of {service} from the broker"),
                        (toDatabases, "the first replica of each service from its database"),
                    ];
                    return drill.UnderLoadAsync(cuts.Length, turn => CutOffAsync(drill, cuts[turn].Network, cuts[turn].What));
                },
                options: new()
                {
                    BrokerPort = (service, _) => toBroker[service].Port,
                    DatabasePort = (_, replica) => replica == 1 ? toDatabases.Port : null,
                });
        }
        finally
        {
            foreach (var network in toBroker.Values)
                await network.DisposeAsync();
        }
    }

    private static async Task CutOffAsync(DrillRound drill, FaultProxy network, string what)
    {
        network.Stall();
        drill.Note($"Cut off {what}; {drill.Load.Acknowledged.Count} orders acknowledged.");
        drill.Load.Release(drill.Load.Total / 12);
        await Task.Delay(DrillOptions.Outage(15, 60));
        network.Heal();
        drill.Note($"The network is whole again; {drill.Load.Acknowledged.Count} orders acknowledged.");
    }
}
