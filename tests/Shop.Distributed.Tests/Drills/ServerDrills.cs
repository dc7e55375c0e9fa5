using Shop.Distributed.Tests.Running;
using Xunit.Abstractions;

namespace Shop.Distributed.Tests.Drills;

/// <summary>The broker and the database server die and come back.</summary>
[Collection(SharedShopCollection.Name)]
public sealed class ServerDrills(DrillServers servers, ITestOutputHelper output) : Drill(servers, output)
{
    private const int Times = 2;
    private readonly DrillServers servers = servers;

    [Fact]
    public Task Killing_the_broker_loses_and_doubles_nothing() => RunAsync(drill => drill.UnderLoadAsync(Times, async _ =>
    {
        await servers.Broker.KillAsync();
        drill.Note($"Killed the broker; {drill.Load.Acknowledged.Count} orders acknowledged.");
        await Task.Delay(drill.Random.Next(3_000));
        await servers.Broker.RestartAsync();
        drill.Note($"The broker is back; {drill.Load.Acknowledged.Count} orders acknowledged.");
    }));

    [Fact]
    public Task Killing_the_database_server_loses_and_doubles_nothing() => RunAsync(drill => drill.UnderLoadAsync(Times, async _ =>
    {
        await servers.Database.KillAsync();
        drill.Note($"Killed {servers.Database.Name}; {drill.Load.Acknowledged.Count} orders acknowledged.");
        await Task.Delay(drill.Random.Next(3_000));
        await servers.Database.RestartAsync();
        drill.Note($"{servers.Database.Name} is back; {drill.Load.Acknowledged.Count} orders acknowledged.");
    }));

    [Fact]
    public Task Orders_are_accepted_while_the_broker_is_away_and_move_within_thirty_seconds_of_its_return() => RunAsync(BrokerAwayAsync);

    private async Task BrokerAwayAsync(DrillRound drill)
    {
        await servers.Broker.KillAsync();
        drill.Note($"Killed the broker.");
        drill.Load.ReleaseAll();
        await drill.Load.UntilAcknowledgedAsync(drill.Load.Total);
        drill.Load.Repeated.ShouldBeEmpty("Every order is accepted the first time.");
        drill.Note($"All acknowledged without a broker.");
        await Task.Delay(DrillOptions.Outage(1, 60));

        await servers.Broker.RestartAsync();
        await using var stores = new Stores(drill.Cluster);
        await Eventually.SoAsync(
            async () => !(await stores.OutboxAsync()).Any(waiting => waiting is { Store: Service.Order, Message.DueAt: null }), () => "all that was kept has left", TimeSpan.FromSeconds(30));
        drill.Note($"What ordering had kept has left.");
    }
}
