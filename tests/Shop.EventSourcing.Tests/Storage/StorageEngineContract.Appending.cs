using System.Text;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Tests.Storage;

public abstract partial class StorageEngineContract
{
    [Fact]
    public async Task Appending_gives_dense_versions_and_positions()
    {
        (await Commit(Append("order-1", 0, 3))).ShouldBe(new WriteResult(WriteOutcome.Committed, 3));
        (await Commit(Append("order-2", 0))).ShouldBe(new WriteResult(WriteOutcome.Committed, 4));
        (await Commit(Append("order-1", 3, 2))).ShouldBe(new WriteResult(WriteOutcome.Committed, 6));

        (await Stream("order-1")).Select(recorded => (recorded.Position, recorded.Version)).ShouldBe([(1, 1), (2, 2), (3, 3), (5, 4), (6, 5)]);
        await ShouldBeDense();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task An_append_to_another_version_than_expected_conflicts(long expectedVersion)
    {
        await Commit(Append("order-1", 0, 2));

        (await Commit(Append("order-1", expectedVersion))).ShouldBe(new WriteResult(WriteOutcome.Conflict, 2));

        (await Log()).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_stream_that_must_exist_and_does_not_conflicts() =>
        (await Commit(Append("order-1", 1))).ShouldBe(new WriteResult(WriteOutcome.Conflict, 0));

    [Fact]
    public async Task An_append_to_any_version_always_fits()
    {
        await CommitGroup(Append("log-1", StreamAppend.AnyVersion), Append("log-1", StreamAppend.AnyVersion, 2));
        await Commit(Append("log-1", StreamAppend.AnyVersion));

        (await Stream("log-1")).Count.ShouldBe(4);
        await ShouldBeDense();
    }

    [Fact]
    public async Task An_append_without_events_only_checks_the_version()
    {
        await Commit(Append("order-1", 0));

        (await CommitGroup(Append("order-1", 1, 0), Append("order-1", 2, 0), Append("order-9", 0, 0), Append("order-9", 1, 0)))
            .ShouldBe([WriteOutcome.Committed, WriteOutcome.Conflict, WriteOutcome.Committed, WriteOutcome.Conflict]);
        (await Log()).Count.ShouldBe(1);
        (await Commit(Append("order-9", 0))).Outcome.ShouldBe(WriteOutcome.Committed);
    }

    [Fact]
    public async Task Several_streams_in_one_write_set_are_all_or_none()
    {
        await Commit(Append("order-1", 0));
        var both = new WriteSet { Appends = [new("order-2", 0, [Event()]), new("order-1", 0, [Event()])], Outbox = [Message()] };

        (await Commit(both)).Outcome.ShouldBe(WriteOutcome.Conflict);
        (await Log()).Count.ShouldBe(1);
        (await engine.ReadOutboxAsync(10, default)).ShouldBeEmpty();

        var fitting = new WriteSet { Appends = [new("order-2", 0, [Event()]), new("order-1", 1, [Event()])] };
        (await Commit(fitting)).ShouldBe(new WriteResult(WriteOutcome.Committed, 3));
        await ShouldBeDense();
    }

    [Fact]
    public async Task One_write_set_can_append_twice_to_a_stream()
    {
        var twice = new WriteSet { Appends = [new("order-1", 0, [Event()]), new("order-1", 1, [Event(), Event()])] };
        var wrong = new WriteSet { Appends = [new("order-1", 3, [Event()]), new("order-1", 3, [Event()])] };

        (await CommitGroup(twice, wrong, Append("order-2", 0))).ShouldBe([WriteOutcome.Committed, WriteOutcome.Conflict, WriteOutcome.Committed]);
        await ShouldBeDense();
    }

    [Fact]
    public async Task Later_write_sets_of_a_group_see_earlier_ones()
    {
        var results = await engine.CommitAsync([Append("item-1", 0), Append("item-1", 1, 2), Append("item-1", 3), Append("item-1", 1)], default);

        results.Select(result => result.Outcome).ShouldBe([WriteOutcome.Committed, WriteOutcome.Committed, WriteOutcome.Committed, WriteOutcome.Conflict]);
        results.Select(result => result.Position).ShouldBe([1, 3, 4, 4]);
        await ShouldBeDense();
    }

    [Fact]
    public async Task Sixteen_writers_on_fifty_streams_lose_nothing_and_succeed_against_no_stale_version()
    {
        const int Writers = 16, AppendsPerWriter = 40, Streams = 50;
        var committed = await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            var random = new Random(writer);
            var count = 0;
            while (count < AppendsPerWriter)
            {
                var stream = $"order-{random.Next(Streams)}";
                var version = (await Stream(stream)).Count;
                if ((await Commit(Append(stream, version))).Outcome == WriteOutcome.Committed)
                    count++;
            }

            return count;
        })));

        (await Log()).Count.ShouldBe(committed.Sum());
        await ShouldBeDense();
    }

    [Fact]
    public async Task A_reader_of_the_log_never_skips_an_append_that_is_held_open()
    {
        await Commit(Append("before-1", 0));
        var held = await HoldAppendOpenAsync("held-1", position: 2);
        var writers = Enumerable.Range(0, 8).Select(writer => Task.Run(() => Commit(Append($"after-{writer}", 0)))).ToList();
        var seen = new List<RecordedEvent>();

        // Reading does not wait for the open append, or this would not end.
        for (var read = 0; read < 30; read++)
        {
            seen.AddRange(await engine.ReadLogAsync(seen.Count, 100, default).WaitAsync(TimeSpan.FromMinutes(2)));
            await Task.Delay(10);
        }

        seen.Select(recorded => recorded.Stream).ShouldBe(["before-1"]);
        await held.DisposeAsync();
        (await Task.WhenAll(writers)).ShouldAllBe(result => result.Outcome == WriteOutcome.Committed);
        seen.AddRange(await engine.ReadLogAsync(seen.Count, 100, default));
        seen.Select(recorded => recorded.Position).ShouldBe(Enumerable.Range(1, 10).Select(position => (long)position));
        seen[1].Stream.ShouldBe("held-1");
        (await Commit(Append("held-1", 0))).Outcome.ShouldBe(WriteOutcome.Conflict);
        (await Commit(Append("held-1", 1))).Outcome.ShouldBe(WriteOutcome.Committed);
        await ShouldBeDense();
    }

    [Fact]
    public async Task Two_engines_on_one_store_agree_on_versions()
    {
        await using var other = Open();
        await other.InitializeAsync([Tables], default);
        await Commit(Append("order-1", 0));
        (await other.CommitAsync([Append("order-1", 0)], default))[0].Outcome.ShouldBe(WriteOutcome.Conflict);
        (await other.CommitAsync([Append("order-1", 1)], default))[0].Outcome.ShouldBe(WriteOutcome.Committed);

        (await CommitGroup(Append("order-1", 1), Append("order-2", 0))).ShouldBe([WriteOutcome.Conflict, WriteOutcome.Committed]);
        (await Commit(Append("order-1", 2))).Outcome.ShouldBe(WriteOutcome.Committed);
        await ShouldBeDense();
    }

    [Fact]
    public async Task A_stream_reads_from_a_version_up_to_a_version_and_up_to_a_time()
    {
        var events = Enumerable.Range(0, 5).Select(minute => Event(at: Start.AddMinutes(minute))).ToList();
        await Commit(new() { Appends = [new("order-1", 0, events)] });

        (await Stream("order-1", after: 3)).Select(recorded => recorded.Version).ShouldBe([4, 5]);
        (await Stream("order-1", after: 1, to: 3)).Select(recorded => recorded.Version).ShouldBe([2, 3]);
        (await Stream("order-1", until: Start.AddMinutes(2))).Select(recorded => recorded.Version).ShouldBe([1, 2, 3]);
        (await engine.ReadStreamAsync("order-1", 0, null, null, 2, default)).Select(recorded => recorded.Version).ShouldBe([1, 2]);
        (await engine.ReadLogAsync(2, 2, default)).Select(recorded => recorded.Position).ShouldBe([3, 4]);
        (await Stream("order-2")).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_position_at_an_instant_is_that_of_the_last_event_recorded_by_then()
    {
        int[] minutes = [1, 5, 2, 9];
        await Commit(new() { Appends = [new("order-1", 0, [.. minutes.Select(minute => Event(at: Start.AddMinutes(minute)))])] });
        await Commit(new() { Appends = [new("order-2", 0, [Event(at: Start.AddMinutes(3))])] });

        (await engine.ReadPositionAsync(Start, default)).ShouldBe(0);
        (await engine.ReadPositionAsync(Start.AddMinutes(2), default)).ShouldBe(3);
        (await engine.ReadPositionAsync(Start.AddMinutes(4), default)).ShouldBe(5);
        (await engine.ReadPositionAsync(Start.AddDays(1), default)).ShouldBe(5);
    }

    [Fact]
    public async Task An_event_comes_back_exactly()
    {
        const string Data = "{ \"b\" : 1.10,\t\"a\":\"Zo\\u00eb 🦊 \\u0000\", \"a\" : \"\" }";
        var at = Start.AddTicks(1234567);
        var plain = Event(Data, at, metadata: "{\"trace\": \"00-1\" }");
        await Commit(new() { Appends = [new("order-ü'1", 0, [plain, Event("", at.ToOffset(TimeSpan.FromHours(5)))])] });

        var recorded = (await Stream("order-ü'1"))[0];
        Encoding.UTF8.GetString(recorded.Data).ShouldBe(Data);
        recorded.Metadata.ShouldBe(plain.Metadata);
        (recorded.Id, recorded.Type, recorded.Stream).ShouldBe((plain.Id, plain.Type, "order-ü'1"));
        recorded.RecordedAt.ShouldBe(at.TruncateToMicroseconds());
        recorded.RecordedAt.Offset.ShouldBe(TimeSpan.Zero);

        var empty = (await Log())[1];
        empty.Data.ShouldBeEmpty();
        empty.Metadata.ShouldBeNull();
        empty.RecordedAt.ShouldBe(at.TruncateToMicroseconds());
    }
}
