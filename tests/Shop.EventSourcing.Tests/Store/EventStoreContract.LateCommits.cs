using Shop.EventSourcing.Projections;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Tests.Store;

/// <summary>An append by somebody else that is done, but neither committed nor undone.</summary>
public interface IOpenAppend : IAsyncDisposable
{
    Task CommitAsync();

    Task RollbackAsync();
}

public abstract partial class EventStoreContract
{
    private const int LateWriters = 16;

    private static readonly TimeSpan[] ShortHolds = [TimeSpan.FromSeconds(0.1), TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1)];
    private static readonly TimeSpan[] LongHolds =
        [TimeSpan.FromSeconds(0.1), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(60)];

    /// <summary>Appends one event to a new stream, as any other writer would, and holds the transaction open.</summary>
    protected abstract Task<IOpenAppend> OpenAppendAsync(string stream, string type, string data);

    [Fact]
    public async Task An_append_held_open_among_many_writers_and_rollbacks_is_missed_by_no_projection()
    {
        var events = LongForm.IsAsked ? 50_000 : 1_600;
        using var stop = new CancellationTokenSource();
        var other = engine.IsShared ? await OpenStoreAsync(Open()) : store;
        var following = Task.WhenAll(FollowAsync(store, stop.Token), FollowAsync(other, stop.Token));
        var writing = Task.WhenAll(Enumerable.Range(0, LateWriters).Select(writer => Task.Run(async () =>
        {
            for (var number = 0; number < events / LateWriters; number++)
                await AddOnceAsync((writer + number) % 2 == 0 ? store : other, $"{writer}-{number}", $"w{(writer * 7 + number) % 40}");
        })));

        var held = 0;
        foreach (var hold in LongForm.IsAsked ? LongHolds : ShortHolds)
        {
            await using (var late = await OpenAppendAsync($"tally-late{++held}", "tally-added.v1", """{"Seen":0,"By":"late/late"}"""))
            {
                await Task.Delay(hold);
                await late.CommitAsync();
            }

            await using var undone = await OpenAppendAsync($"tally-undone{held}", "tally-added.v1", """{"Seen":0,"By":"undone/undone"}""");
            await Task.Delay(hold / 10);
            await undone.RollbackAsync();
        }

        await writing;
        var head = await engine.ReadHeadAsync(default);
        head.ShouldBe(events / LateWriters * LateWriters + held);
        (await store.WaitForProjectionAsync(list.Name, head, TimeSpan.FromMinutes(2))).ShouldBeTrue();
        await stop.CancelAsync();
        await following;
        await ShouldBeReplayAsync();
        var rows = await ListAsync();
        rows.Sum(row => row.Added).ShouldBe(head);
        rows.Count(row => row.Stream.StartsWith("tally-late", StringComparison.Ordinal)).ShouldBe(held);
        rows.ShouldNotContain(row => row.Stream.StartsWith("tally-undone", StringComparison.Ordinal));
        if (other != store)
            await other.DisposeAsync();
    }

    /// <summary>As a message that is delivered until it is handled.</summary>
    private static async Task AddOnceAsync(EventStore at, string by, string id)
    {
        var inbox = new InboxEntry("late", Guid.CreateVersion7(), DateTimeOffset.UnixEpoch);
        for (var attempt = 1; ; attempt++)
        {
            var unit = at.Begin(inbox: inbox);
            try
            {
                await DecideAsync(unit, by, id);
                await unit.CommitAsync();
                return;
            }
            catch (Exception error) when (error is ConcurrencyConflictException || StorageFailure.IsTransient(error))
            {
                unit.Abandon();
                await Task.Delay(Math.Min(attempt, 20));
            }
        }
    }

    /// <summary>As a service does: what stopped it is tried again.</summary>
    private async Task FollowAsync(EventStore at, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            using var runner = new ProjectionRunner(at, list);
            await runner.RunAsync(stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
