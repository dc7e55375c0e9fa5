using System.Diagnostics;

namespace Shop.Distributed.Tests.Running;

/// <summary>How a round ends: all acknowledged, all ended, nothing under way, and a clean audit.</summary>
internal static class Ending
{
    private static readonly TimeSpan NoteEvery = TimeSpan.FromSeconds(5);
    private static readonly string[] UnderWay = ["trying", "confirming", "completing", "cancelling", "compensating", "closing"];

    public static async Task UntilAcknowledgedAsync(DrillRound drill)
    {
        await drill.Load.Finished.WaitAsync(Eventually.Patience);
        drill.Note($"{drill.Load.ToString()}");
        drill.Load.Refusals.ShouldBeEmpty();
        drill.Load.Repeated.Keys.Except([0, 409, 503]).ShouldBeEmpty("Who cannot be served now is told to come again, not that something went wrong.");
        drill.Load.Acknowledged.Count.ShouldBe(drill.Load.Total);
        drill.Load.Acknowledged.Values.Distinct().Count().ShouldBe(drill.Load.Total, "Each key has an order of its own.");
        drill.Cluster.Orders.AddRange(drill.Load.Acknowledged.Values);
    }

    /// <summary>Waits until every order and saga has ended and no message is on its way, twice in a row: one could be between two places.</summary>
    public static async Task UntilQuietAsync(DrillRound drill)
    {
        await using var stores = new Stores(drill.Cluster);
        var started = Stopwatch.GetTimestamp();
        var noted = started;
        var quiet = 0;
        var last = "";
        await Eventually.SoAsync(
            async () =>
            {
                last = await WhatIsUnderWayAsync(drill.Cluster, stores);
                if (last.Length > 0 && Stopwatch.GetElapsedTime(noted) > NoteEvery)
                {
                    noted = Stopwatch.GetTimestamp();
                    drill.Note($"Under way: {last}");
                }

                quiet = last.Length == 0 ? quiet + 1 : 0;
                return quiet == 2;
            },
            () => $"nothing is under way; there is {last}");
        drill.Note($"Quiet after {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s.");
    }

    /// <summary>Every acknowledged order is there, has ended, and there is no other.</summary>
    public static async Task CheckOrdersAsync(DrillRound drill)
    {
        var orders = (await Orders.ListAsync(drill.Cluster)).ToDictionary(order => order.GetProperty("orderId").GetGuid(), order => order.GetProperty("status").GetString()!);
        drill.Note($"{string.Join(", ", orders.Values.CountBy(status => status).Select(status => $"{status.Key}: {status.Value}"))}");
        foreach (var (reason, count) in await Orders.ReasonsAsync(drill))
            drill.Note($"    {count} × {reason}");
        orders.Keys.Order().ShouldBe(drill.Cluster.Orders.Order());
        orders.Values.ShouldNotContain("placed");
    }

    public static async Task AuditAsync(DrillRound drill)
    {
        await using var stores = new Stores(drill.Cluster);
        var report = await stores.AuditAsync();
        using var text = new StringWriter();
        report.Print(text);
        drill.Output.WriteLine(text.ToString());
        foreach (var (store, message) in await stores.ParkedAsync())
            drill.Output.WriteLine($"Parked in {store}: {message.MessageType} of {message.Endpoint}: {message.Reason}");
        report.Violations.ShouldBeEmpty();
        report.Orders.ShouldBe(drill.Cluster.Orders.Count);
        report.Totals.ParkedMessages.ShouldBe(0);
    }

    /// <summary>Empty when nothing is.</summary>
    private static async Task<string> WhatIsUnderWayAsync(Cluster cluster, Stores stores)
    {
        var found = new List<string>();
        foreach (var queue in await cluster.Servers.Broker.Management.QueuesAsync())
        {
            Add(queue.Ready, $"message in queue {queue.Name}");
            Add(queue.Unacknowledged, $"unacknowledged message of queue {queue.Name}");
        }

        foreach (var waiting in await stores.OutboxAsync())
            Add(1, $"{waiting.Message.MessageType}{(waiting.Message.DueAt is null ? "" : " for later")} in the outbox of {waiting.Store}");
        Add(await stores.UnreadAsync(), "event that a list has not seen");
        foreach (var state in UnderWay)
            Add((await cluster.ClientOf(Service.Saga).GetAsync($"/sagas?state={state}&limit=500"))["items"].GetArrayLength(), $"saga {state}");
        Add((await cluster.ClientOf(Service.Order).GetAsync("/orders?status=placed&limit=200"))["items"].GetArrayLength(), "order placed");
        return string.Join(", ", found.CountBy(what => what).Select(what => $"{what.Value} × {what.Key}"));

        void Add(long count, string what) => found.AddRange(Enumerable.Repeat(what, (int)count));
    }
}
