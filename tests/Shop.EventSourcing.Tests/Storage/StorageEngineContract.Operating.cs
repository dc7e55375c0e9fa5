using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Tests.Storage;

/// <content>What operators look at.</content>
public abstract partial class StorageEngineContract
{
    [Fact]
    public async Task Parked_messages_are_paged_grouped_by_what_failed_and_found()
    {
        var parked = Enumerable.Range(0, 5).Select(number => Parked("orders", number % 2 == 0 ? "System.FormatException: no. 1\n   at X" : "", Start.AddSeconds(number))).ToList();
        parked.Add(Parked("stock", "System.FormatException: : two", Start.AddSeconds(9)));
        foreach (var message in parked)
            await Commit(new() { Parked = [message] });

        var groups = await engine.ReadParkedGroupsAsync(default);
        groups.ShouldBe(
        [
            new(new("orders", "urn:message:Thing", "System.FormatException"), 3, Start, Start.AddSeconds(4)),
            new(new("orders", "urn:message:Thing", "was not read"), 2, Start.AddSeconds(1), Start.AddSeconds(3)),
            new(new("stock", "urn:message:Thing", "System.FormatException"), 1, Start.AddSeconds(9), Start.AddSeconds(9)),
        ]);
        (await Ids(Guid.Empty, null, 4)).ShouldBe(parked.Take(4).Select(message => message.Id));
        (await Ids(parked[3].Id, null, 4)).ShouldBe(parked.Skip(4).Select(message => message.Id));
        (await Ids(parked[0].Id, groups[0].Group, 10)).ShouldBe([parked[2].Id, parked[4].Id]);
        (await Ids(Guid.Empty, groups[1].Group, 10)).ShouldBe([parked[1].Id, parked[3].Id]);
        (await engine.FindParkedAsync(parked[5].Id, default))!.Exception.ShouldBe(parked[5].Exception);
        (await engine.FindParkedAsync(Guid.CreateVersion7(), default)).ShouldBeNull();

        async Task<IEnumerable<Guid>> Ids(Guid after, ParkedGroup? group, int limit) => (await engine.ReadParkedAsync(after, group, limit, default)).Select(message => message.Id);
    }

    [Fact]
    public async Task Scheduled_messages_are_listed_by_due_time_and_what_waits_by_destination()
    {
        var atOnce = Message(Start);
        // What is due at the same instant is listed by id, which grows with the time that it was made at.
        var later = Message(Start, Start.AddMinutes(2)) with { Id = Guid.CreateVersion7(Start) };
        var sameTime = Message(Start.AddSeconds(1), Start.AddMinutes(2)) with { Id = Guid.CreateVersion7(Start.AddSeconds(1)) };
        var sooner = Message(Start, Start.AddMinutes(1)) with { Destination = "local:calls" };
        await Commit(new() { Outbox = [later, atOnce, sameTime, sooner] });

        (await Ids(null, 10)).ShouldBe([sooner.Id, later.Id, sameTime.Id]);
        (await Ids(null, 2)).ShouldBe([sooner.Id, later.Id]);
        (await Ids(new(later.DueAt!.Value, later.Id), 10)).ShouldBe([sameTime.Id]);
        (await engine.FindOutboxAsync(atOnce.Id, default))!.Body.ShouldBe(atOnce.Body);
        (await engine.FindOutboxAsync(Guid.CreateVersion7(), default)).ShouldBeNull();

        (await engine.ReadWaitingAsync(Start.AddMinutes(2), default)).ShouldBe([new("queue:things", 3, Start), new("local:calls", 1, Start.AddMinutes(1))]);
        (await engine.ReadWaitingAsync(Start.AddSeconds(30), default)).ShouldBe([new("queue:things", 1, Start)]);

        async Task<IEnumerable<Guid>> Ids(ScheduledPlace? after, int limit) => (await engine.ReadScheduledAsync(after, limit, default)).Select(message => message.Id);
    }

    [Fact]
    public async Task Streams_are_listed_by_prefix()
    {
        await Commit(Append("order-2", 0, events: 3));
        await Commit(Append("order-1", 0));
        await Commit(Append("stock-%_", 0));
        await Commit(Append("stock-AB", 0));

        (await engine.ReadStreamNamesAsync("order-", "", 10, default)).ShouldBe([new("order-1", 1, 0), new("order-2", 3, 0)]);
        (await engine.ReadStreamNamesAsync("", "order-1", 1, default)).ShouldBe([new("order-2", 3, 0)]);
        (await engine.ReadStreamNamesAsync("stock-%", "", 10, default)).ShouldBe([new("stock-%_", 1, 0)]);
        (await engine.ReadStreamNamesAsync("order-3", "", 10, default)).ShouldBeEmpty();
    }

    private static ParkedMessage Parked(string endpoint, string exception, DateTimeOffset at) => new(
        Guid.CreateVersion7(at), endpoint, Guid.CreateVersion7(), "urn:message:Thing", "application/json", "{}"u8.ToArray(), null, "was not read", exception, at);
}
