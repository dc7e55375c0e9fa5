using System.Text.Json;
using MassTransit;
using Shop.Contracts;
using Shop.Distributed.Tests.Running;
using Xunit.Abstractions;

namespace Shop.Distributed.Tests.Drills;

/// <summary>Messages that cannot be handled, among good ones.</summary>
[Collection(SharedShopCollection.Name)]
public sealed class PoisonDrills(DrillServers servers, ITestOutputHelper output) : Drill(servers, output)
{
    private readonly DrillServers servers = servers;

    [Fact]
    public Task A_poison_message_is_parked_with_its_reason_and_can_be_redriven_while_the_others_go_on() => RunAsync(
        async drill =>
        {
            await drill.ReleaseAsync(drill.Load.Total / 2);
            await PublishAsync<CancelStock>(Queues.Inventory, """{"orderId": "not even""");
            await PublishAsync<StockReserved>(Queues.OrderSaga, StockReservedFor(Guid.CreateVersion7()));
            drill.Note($"Published two messages that nobody can handle; {drill.Load.Acknowledged.Count} orders acknowledged.");
            drill.Load.ReleaseAll();
        },
        afterwards: async drill =>
        {
            var unreadable = await ParkedAsync(drill, Service.Inventory);
            unreadable["endpoint"].GetString().ShouldBe(Queues.Inventory);
            unreadable["body"].GetString().ShouldBe("""{"orderId": "not even""");
            var refused = await ParkedAsync(drill, Service.Saga);
            refused["endpoint"].GetString().ShouldBe(Queues.OrderSaga);

            await RedriveAsync(drill, Service.Saga, refused, body: null);
            refused = await ParkedAsync(drill, Service.Saga, otherThan: refused["id"].GetGuid());

            // Repeats of what happened: nothing changes, and nothing is left.
            var order = drill.Load.Acknowledged.Values.First();
            await RedriveAsync(drill, Service.Inventory, unreadable, $$"""{"orderId":"{{order}}","reason":"redriven"}""");
            await RedriveAsync(drill, Service.Saga, refused, StockReservedFor(order));
        });

    private static string StockReservedFor(Guid order) => $$"""{"orderId":"{{order}}","leaseExpiresAt":"2030-01-01T00:00:00Z"}""";

    private async Task PublishAsync<T>(string queue, string body) where T : class
    {
        var id = Guid.CreateVersion7().ToString();
        var isRouted = await servers.Broker.Management.PublishAsync(queue, "", body, new
        {
            delivery_mode = 2,
            content_type = "application/json",
            message_id = id,
            headers = new Dictionary<string, string> { [MessageHeaders.MessageId] = id, [MessageHeaders.MessageType] = MessageUrn.ForTypeString<T>() },
        });
        isRouted.ShouldBeTrue();
    }

    /// <summary>The one message that a service has parked.</summary>
    private static async Task<ParkedEntry> ParkedAsync(DrillRound drill, string service, Guid? otherThan = null)
    {
        JsonElement[] parked = [];
        await Eventually.SoAsync(
            async () => (parked = [.. (await drill.Cluster.ClientOf(service).GetAsync("/messages/parked")).Json.EnumerateArray()]) is [var only] && only.GetProperty("id").GetGuid() != otherThan,
            () => $"{service} has parked one message; it has parked {parked.Length}");
        var entry = new ParkedEntry(parked[0]);
        drill.Note($"Parked by {service}: {entry["messageType"]}, because: {entry["reason"]}");
        entry["reason"].GetString().ShouldNotBeNullOrWhiteSpace();
        return entry;
    }

    private static async Task RedriveAsync(DrillRound drill, string service, ParkedEntry parked, string? body) =>
        await drill.Cluster.ClientOf(service).PostAsync($"/messages/parked/{parked["id"].GetGuid()}/redrive", body is null ? "{}" : $$"""{"body":{{body}}}""");

    private sealed record ParkedEntry(JsonElement Json)
    {
        public JsonElement this[string member] => Json.GetProperty(member);
    }
}
