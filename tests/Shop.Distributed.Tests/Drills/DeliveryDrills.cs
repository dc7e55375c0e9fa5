using Shop.Contracts;
using Shop.Distributed.Tests.Running;
using Xunit.Abstractions;

namespace Shop.Distributed.Tests.Drills;

/// <summary>Messages that come again, late, and in any order.</summary>
[Collection(SharedShopCollection.Name)]
public sealed class DeliveryDrills(DrillServers servers, ITestOutputHelper output) : Drill(servers, output)
{
    private static readonly string[] AllQueues = [Queues.Order, Queues.Inventory, Queues.Payment, Queues.OrderSaga];
    private readonly DrillServers servers = servers;

    [Fact]
    public async Task Every_message_delivered_twice_more_in_any_order_changes_nothing()
    {
        MessageTap? tap = null;
        try
        {
            await RunAsync(
                async drill =>
                {
                    tap = await MessageTap.OpenAsync(servers.Broker.ConnectionString("admin"), AllQueues);
                    await drill.UnderLoadAsync(3, async _ => drill.Note($"Delivered {await tap.DeliverAgainAsync(drill.Random)} messages again, while orders are under way."));
                },
                afterwards: async drill =>
                {
                    await using var stores = new Stores(drill.Cluster);
                    var before = await stores.HeadsAsync();
                    drill.Note($"Delivered {await tap!.DeliverAgainAsync(drill.Random)} messages again.");
                    await Ending.UntilQuietAsync(drill);
                    (await stores.HeadsAsync()).ShouldBe(before, "A message that was handled has no effect.");

                    // As after the inbox has forgotten them.
                    drill.Note($"Delivered {await tap.DeliverAgainAsync(drill.Random, anew: true)} messages again under new ids.");
                    await Ending.UntilQuietAsync(drill);
                    (await stores.HeadsAsync()).ShouldBe(before, "What was decided is only answered again.");

                    // Left open, it would claim its queues again on the emptied broker of the next round.
                    await tap.DisposeAsync();
                    tap = null;
                });
        }
        finally
        {
            if (tap is not null)
                await tap.DisposeAsync();
        }
    }
}
