using Microsoft.EntityFrameworkCore;
using Shop.EventSourcing.Projections;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Tests.Store;

public abstract partial class EventStoreContract
{
    [Fact]
    public async Task A_paused_projection_applies_nothing_in_any_process_until_it_is_resumed()
    {
        using var stop = new CancellationTokenSource();
        await using var other = engine.IsShared ? await OpenStoreAsync(Open()) : null;
        var running = Task.WhenAll(RunAsync(store, ProjectionRunner.DefaultLease, stop.Token), RunAsync(other ?? store, ProjectionRunner.DefaultLease, stop.Token));
        await AddManyAsync(10);
        await ReachesAsync(10);

        await Control.PauseAsync(list.Name, "Ann", "moving house");
        await AddManyAsync(10);
        await CatchUpAsync(list);
        (await Control.ReadAsync(list.Name)).Live.ShouldSatisfyAllConditions(
            live => live.State.ShouldBe("paused"), live => (live.Position, live.LagEvents).ShouldBe((10, 10)),
            live => (live.Pause!.By, live.Pause.Why).ShouldBe(("Ann", "moving house")));

        await Control.ResumeAsync(list.Name);
        await ReachesAsync(20);
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        await ShouldBeReplayAsync();
    }

    [Fact]
    public async Task An_event_that_cannot_be_applied_stops_only_that_projection_and_can_be_skipped_by_name()
    {
        await AddManyAsync(10);
        list.OnApply = recorded => _ = recorded.Position == 4 ? throw new DivideByZeroException("by zero") : 0;
        await Should.ThrowAsync<InvalidOperationException>(() => CatchUpAsync(list));
        await CatchUpAsync(new TallyLengths());

        var stopped = await Control.ReadAsync(list.Name);
        (stopped.Live.State, stopped.Live.Position, stopped.Live.Error!.Position, stopped.Live.Error.Message).ShouldBe(("stopped", 3, 4, "by zero"));
        stopped.Live.Error.Event.ShouldBe("tally-added.v1 (tally-s3 version 1)");
        (await engine.ReadCheckpointAsync("tally-lengths", default)).ShouldBe(10);
        (await Should.ThrowAsync<DomainException>(() => Control.SkipAsync(list.Name, 5, "Ann", "wrong number"))).Code.ShouldBe("nothing-to-skip");

        await Control.SkipAsync(list.Name, 4, "Ann", "counted by hand");
        await CatchUpAsync(list);

        var skipped = await Control.ReadAsync(list.Name);
        (skipped.Live.State, skipped.Live.Position, skipped.Live.Error).ShouldBe(("running", 10, null));
        var noted = skipped.Skipped.Single();
        (noted.Generation, noted.Position, noted.By, noted.Reason, noted.Error).ShouldBe((1, 4, "Ann", "counted by hand", "by zero"));
        (await ListAsync()).Sum(row => row.Added).ShouldBe(9);
    }

    [Fact]
    public async Task What_stopped_a_projection_is_forgotten_once_it_is_applied()
    {
        await AddManyAsync(5);
        list.OnApply = _ => throw new DivideByZeroException();
        await Should.ThrowAsync<InvalidOperationException>(() => CatchUpAsync(list));
        list.OnApply = _ => { };
        await CatchUpAsync(list);

        (await Control.ReadAsync(list.Name)).Live.ShouldSatisfyAllConditions(live => live.State.ShouldBe("running"), live => live.Error.ShouldBeNull());
        await ShouldBeReplayAsync();
    }

    [Fact]
    public async Task A_row_that_the_database_refuses_stops_the_projection_before_its_event()
    {
        await AddManyAsync(20);
        var refused = new Refusing();
        await Should.ThrowAsync<InvalidOperationException>(() => CatchUpAsync(refused));

        (await engine.ReadCheckpointAsync(refused.Name, default)).ShouldBe(12);
        var status = await new ProjectionControl(store, [], [refused]).ReadAsync(refused.Name);
        (status.Live.State, status.Live.Error!.Position).ShouldBe(("stopped", 13));
        (await ListAsync()).Sum(row => row.Added).ShouldBe(12);
    }

    [Fact]
    public async Task An_unknown_event_of_a_stream_that_it_follows_stops_a_projection_with_its_name()
    {
        await AddManyAsync(3);
        await engine.CommitAsync(
            [
                new()
                {
                    Appends =
                    [
                        new("elsewhere-1", 0, [new(Guid.CreateVersion7(), "elsewhere-happened.v1", "{}"u8.ToArray(), null, DateTimeOffset.UnixEpoch)]),
                        new("tally-s1", 1, [new(Guid.CreateVersion7(), "tally-doubled.v7", "{}"u8.ToArray(), null, DateTimeOffset.UnixEpoch)]),
                    ],
                },
            ],
            default);

        var error = await Should.ThrowAsync<InvalidOperationException>(() => CatchUpAsync(new TallyLengths()));

        error.InnerException.ShouldBeOfType<UnknownEventException>().Message.ShouldContain("unknown event tally-doubled.v7 at version 2 (position 5)");
        (await engine.ReadCheckpointAsync("tally-lengths", default)).ShouldBe(4);
        (await Control.ReadAsync("tally-lengths")).Live.Error!.Event.ShouldBe("tally-doubled.v7 (tally-s1 version 2)");
    }

    [Fact]
    public async Task A_read_model_added_later_begins_with_the_first_event_and_disturbs_nobody()
    {
        using var stop = new CancellationTokenSource();
        var running = RunAsync(store, ProjectionRunner.DefaultLease, stop.Token);
        await AddManyAsync(30);
        await RemoveAsync("s1");
        await ReachesAsync(31);

        await CatchUpAsync(new TallyLengths());
        await AddManyAsync(10);
        await ReachesAsync(41);
        await CatchUpAsync(new TallyLengths());

        await using (var models = engine.OpenReadModels())
        {
            var row = await models.Query<TallyLengths.Row>().SingleAsync();
            (row.Length, row.Events, row.Last, row.Removed).ShouldBe((8, 41, "tally-s2", "tally-s1"));
        }

        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        await ShouldBeReplayAsync();
    }

    /// <summary>Makes a row that the table's check refuses.</summary>
    private sealed class Refusing() : AsyncProjection<TallyListRow>("refusing", TallyListRow.Table, Tally.Aggregate.Events)
    {
        public override object?[]? Key(object @event, RecordedEvent recorded) => [recorded.Stream];

        protected override TallyListRow? Apply(TallyListRow? row, object @event, RecordedEvent recorded) => new()
        {
            Stream = recorded.Stream,
            Added = recorded.Position == 13 ? -1 : (row?.Added ?? 0) + 1,
            Position = recorded.Position,
        };
    }
}
