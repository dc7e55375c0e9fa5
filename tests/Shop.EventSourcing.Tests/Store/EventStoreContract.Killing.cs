using System.Globalization;
using Shop.EventSourcing.Storage;
using Shop.TestServers;

namespace Shop.EventSourcing.Tests.Store;

public abstract partial class EventStoreContract
{
    private const int EventsPerLife = 8_000;

    private static int Kills => LongForm.IsAsked ? 20 : 3;

    /// <summary>For a process of <see cref="Program"/> that opens this test's database.</summary>
    protected abstract string[] WorkerArguments { get; }

    /// <summary>Where that program is.</summary>
    protected virtual string WorkerAssembly => typeof(Program).Assembly.Location;

    [Fact]
    public async Task A_process_that_is_killed_in_the_middle_of_a_rebuild_loses_and_doubles_nothing()
    {
        var random = new Random(Kills);
        await AddQuicklyAsync(EventsPerLife * (Kills + 1));
        await CatchUpAsync(list);
        await Control.RebuildAsync(list.Name);

        var reached = 0L;
        for (var kill = 0; kill < Kills; kill++)
        {
            var log = Path.GetTempFileName();
            await using var worker = await StartWorkerAsync(Program.Rebuild, log);
            await worker.UntilAsync(async () => await BesidePositionAsync() > reached, "a rebuild", TimeSpan.FromMinutes(1));
            await Task.Delay(random.Next(150));
            await worker.KillAsync();
            reached = await BesidePositionAsync();
            File.Delete(log);
            reached.ShouldBeLessThan(await engine.ReadHeadAsync(default), "killed when it was done: too late");
        }

        await RemoveAsync("s3");
        await CatchUpAsync(list);
        await CatchUpBesideAsync(list);
        var difference = await Control.CompareAsync(list.Name);
        difference.ShouldSatisfyAllConditions(
            exact => exact.AreNone.ShouldBeTrue(), exact => exact.OtherPosition.ShouldBe(exact.LivePosition), exact => exact.OtherRows.ShouldBe(exact.LiveRows));
        await Control.SwapAsync(list.Name);
        await ShouldBeReplayAsync();
    }

    [Fact]
    public async Task A_process_that_is_killed_while_it_takes_snapshots_leaves_none_but_what_its_events_give()
    {
        var random = new Random(Kills);
        for (var kill = 0; kill < Kills; kill++)
        {
            var before = await engine.ReadHeadAsync(default);
            var log = Path.GetTempFileName();
            await using var worker = await StartWorkerAsync(Program.Snap, log);
            await worker.UntilAsync(async () => await engine.ReadHeadAsync(default) > before + 100, "a writer", Soon);
            await Task.Delay(random.Next(150));
            await worker.KillAsync();

            (await WrongSnapshotsAsync()).ShouldBeEmpty();
            foreach (var (id, acknowledged) in Acknowledged(log))
            {
                var snapped = (await engine.ReadSnapshotAsync(Tally.Snapped.Stream(id), default))?.Version ?? 0;
                var events = (await AdditionsAsync(id)).Count;
                events.ShouldBeGreaterThanOrEqualTo(acknowledged);
                // A server may carry out the last commit of a client that is gone already.
                (events - snapped).ShouldBeInRange(0, 10);
            }

            File.Delete(log);
        }
    }

    /// <summary>The last version of each stream that a killed writer was told to be durable. Its very last line may be cut short.</summary>
    private static Dictionary<string, int> Acknowledged(string log) =>
        File.ReadAllText(log).Split('\n')[..^1].Select(line => line.Split(' ')).GroupBy(words => words[0], words => int.Parse(words[1], CultureInfo.InvariantCulture))
            .ToDictionary(versions => versions.Key, versions => versions.Max());

    private Task<ChildProcess> StartWorkerAsync(string deed, string log) =>
        ChildProcess.StartAsync(new("dotnet", ["exec", WorkerAssembly, deed, .. WorkerArguments], log));

    private Task<long> BesidePositionAsync() => engine.ReadCheckpointAsync(ProjectionSlot.Next.Checkpoint(list.Name), default);

    /// <summary>As many events at once as a group can have.</summary>
    private async Task AddQuicklyAsync(int events)
    {
        var versions = new long[50];
        for (var number = 0; number < events; number += 1_000)
        {
            await engine.CommitAsync([.. Enumerable.Range(0, 50).Select(stream => new WriteSet
            {
                Appends = [new($"tally-s{stream}", versions[stream], [.. Enumerable.Range(0, 20).Select(_ => Added($"s{stream}", versions[stream]++))])],
            })], default);
        }

        static NewEvent Added(string id, long seen)
        {
            var (type, data) = Tally.Aggregate.Events.Serialize(new TallyEvent.Added(seen, $"{id}/{seen}"));
            return new(Guid.CreateVersion7(), type, data, null, DateTimeOffset.UnixEpoch);
        }
    }
}
