using Shop.Distributed.Tests.Running;
using Shop.TestServers;
using Xunit.Abstractions;

namespace Shop.Distributed.Tests.Drills;

/// <summary>Processes that stand still for longer than all that was promised them lasts, while the others go on.</summary>
public sealed class PauseDrills(DrillServers servers, ITestOutputHelper output) : Drill(servers, output)
{
    private protected override ClusterOptions Options => new()
    {
        Settings = new Dictionary<string, string?>
        {
            ["OrderSaga__TryDeadlineSeconds"] = "5",
            ["OrderSaga__LeaseSeconds"] = "8",
        },
    };

    [Fact]
    public Task A_replica_that_stands_still_past_its_leases_changes_nothing() => RunAsync(async drill =>
    {
        await drill.ReleaseAsync(drill.Load.Total / 3);
        var paused = Service.All.Select(service => drill.Cluster.ReplicasOf(service.Name)[drill.Random.Next(2)]).ToArray();
        foreach (var replica in paused)
            replica.Pause();
        drill.Note($"Paused {string.Join(", ", paused.Select(replica => replica.Name))}; {drill.Load.Acknowledged.Count} orders acknowledged.");
        drill.Load.Release(drill.Load.Total / 3);
        await Task.Delay(DrillOptions.Outage(20, 60));
        drill.Note($"They go on; {drill.Load.Acknowledged.Count} orders acknowledged.");
        foreach (var replica in paused)
            replica.Continue();
        drill.Load.ReleaseAll();
    });
}

/// <summary>A service that the network keeps from the broker without telling either.</summary>
public sealed class CutOffDrills : Drill, IAsyncLifetime
{
    private readonly FaultProxy proxy;
    private readonly string service = Service.All[DrillOptions.Seed % Service.All.Count].Name;

    public CutOffDrills(DrillServers servers, ITestOutputHelper output) : base(servers, output) => proxy = new(servers.Broker.Port);

    private protected override ClusterOptions Options => new() { BrokerPort = (name, _) => name == service ? proxy.Port : null };

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await proxy.DisposeAsync();

    [Fact]
    public Task A_service_that_is_cut_off_from_the_broker_loses_and_doubles_nothing() => RunAsync(async drill =>
    {
        await drill.UnderLoadAsync(1, async _ =>
        {
            proxy.Stall();
            drill.Note($"Cut off {service}; {drill.Load.Acknowledged.Count} orders acknowledged.");
            drill.Load.Release(drill.Load.Total / 4);
            await Task.Delay(DrillOptions.Outage(20, 60));
            proxy.Heal();
            drill.Note($"The network is whole again; {drill.Load.Acknowledged.Count} orders acknowledged.");
        });
    });
}
