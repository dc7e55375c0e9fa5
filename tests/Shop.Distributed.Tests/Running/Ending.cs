using System.Diagnostics;

namespace Shop.Distributed.Tests.Running;

/// <summary>How a round ends: all acknowledged, all ended, nothing under way, and a clean audit.</summary>
internal sealed class Ending(DrillRound drill) : IAsyncDisposable
{
    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(150);
    private static readonly string[] UnderWay = ["trying", "confirming", "completing", "cancelling", "compensating", "closing"];

    private readonly Cluster cluster = drill.Cluster;
    private readonly Stores stores = new(drill.Cluster);

    public async Task UntilAcknowledgedAsync()
    {
        await drill.Load.Finished.WaitAsync(MostTime);
        drill.Note($"{drill.Load.ToString()}");
        drill.Load.Refusals.ShouldBeEmpty();
        drill.Load.Acknowledged.Count.ShouldBe(drill.Load.Total);
        drill.Load.Acknowledged.Values.Distinct().Count().ShouldBe(drill.Load.Total, "Each key has an order of its own.");
    }

    /// <summary>Waits until every order and saga has ended and no message is on its way, twice in a row: one could be between two places.</summary>
    public async Task UntilQuietAsync()
    {
        var started = Stopwatch.GetTimestamp();
        var quiet = 0;
        var last = "";
        await Eventually.SoAsync(
            async () =>
            {
                last = await WhatIsUnderWayAsync();
                quiet = last.Length == 0 ? quiet + 1 : 0;
                return quiet == 2;
            },
            () => $"nothing is under way; there are {last}", MostTime);
        drill.Note($"Quiet {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s after the last order was acknowledged.");
    }

    /// <summary>Every acknowledged order is there, has ended, and no other is.</summary>
    public async Task CheckOrdersAsync()
    {
        var listed = new Dictionary<Guid, string>();
        for (string? after = null; ;)
        {
            var page = await cluster.ClientOf(Service.Order).GetAsync($"/orders?limit=200{(after is null ? "" : $"&after={after}")}");
            foreach (var order in page["items"].EnumerateArray())
                listed.Add(order.GetProperty("orderId").GetGuid(), order.GetProperty("status").GetString()!);
            after = page["next"].GetString();
            if (after is null)
                break;
        }

        drill.Note($"{string.Join(", ", listed.CountBy(order => order.Value).Select(status => $"{status.Key}: {status.Value}"))}");
        listed.Keys.Order().ShouldBe(drill.Load.Acknowledged.Values.Order());
        listed.Values.ShouldNotContain("placed");
    }

    public async Task AuditAsync()
    {
        var report = await stores.AuditAsync();
        using var text = new StringWriter();
        report.Print(text);
        drill.Output.WriteLine(text.ToString());
        foreach (var (store, message) in await stores.ParkedAsync())
            drill.Output.WriteLine($"Parked in {store}: {message.MessageType} of {message.Endpoint}: {message.Reason}");
        report.Violations.ShouldBeEmpty();
        report.Orders.ShouldBe(drill.Load.Total);
        report.Totals.ParkedMessages.ShouldBe(0);
    }

    public ValueTask DisposeAsync() => stores.DisposeAsync();

    /// <summary>Empty when nothing is.</summary>
    private async Task<string> WhatIsUnderWayAsync()
    {
        var found = new List<string>();
        Add((await cluster.Servers.Broker.Management.QueuesAsync()).Where(queue => queue.Messages > 0).Select(queue => queue.ToString()));
        Add((await stores.OutboxAsync()).Select(waiting => $"{waiting.Message.MessageType} in the outbox of {waiting.Store}"));
        foreach (var state in UnderWay)
        {
            var sagas = (await cluster.ClientOf(Service.Saga).GetAsync($"/sagas?state={state}&limit=500"))["items"].GetArrayLength();
            Add(Enumerable.Repeat($"saga {state}", sagas));
        }

        var placed = (await cluster.ClientOf(Service.Order).GetAsync("/orders?status=placed&limit=200"))["items"].GetArrayLength();
        Add(Enumerable.Repeat("order placed", placed));
        return string.Join(", ", found.CountBy(what => what).Select(what => $"{what.Value} × {what.Key}"));

        void Add(IEnumerable<string> what) => found.AddRange(what);
    }
}
