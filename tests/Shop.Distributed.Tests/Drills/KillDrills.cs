using Shop.Distributed.Tests.Running;
using Shop.Messaging;
using Xunit.Abstractions;

namespace Shop.Distributed.Tests.Drills;

/// <summary>Processes that die: kill -9, no handler runs, nothing is flushed.</summary>
[Collection(DrillCollection.Name)]
public sealed class KillDrills(DrillServers servers, ITestOutputHelper output) : Drill(servers, output)
{
    private static readonly Dictionary<string, string?> ClaimsAsShipped = new()
    {
        ["Shop__Messaging__ClaimDuration"] = new MessagingOptions().ClaimDuration.ToString("c"),
    };

    [Fact]
    public Task Killing_every_replica_of_every_service_in_turn_loses_and_doubles_nothing() => RunAsync(
        async drill =>
        {
            var victims = drill.Cluster.Replicas.OrderBy(_ => drill.Random.Next()).ToArray();
            await drill.UnderLoadAsync(victims.Length, async turn =>
            {
                await victims[turn].KillAsync();
                drill.Note($"Killed {victims[turn].Name}; {drill.Load.Acknowledged.Count} orders acknowledged.");
                await victims[turn].StartUntilReadyAsync();
            });
        },
        options: new() { Settings = ClaimsAsShipped });
}
