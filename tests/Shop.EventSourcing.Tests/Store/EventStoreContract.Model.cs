using System.Collections.Concurrent;
using FsCheck;
using FsCheck.Fluent;

namespace Shop.EventSourcing.Tests.Store;

public abstract partial class EventStoreContract
{
    private const int Workers = 6;
    private const int UnitsPerWorker = 12;
    private const int Runs = 25;

    [Fact]
    public void Whatever_fails_in_between_nothing_acknowledged_is_lost_and_nothing_is_doubled() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed => RunAsync(seed).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(Runs));

    private async Task RunAsync(int seed)
    {
        var outcomes = new Outcomes();
        BreakCommits(new(seed));
        var other = engine.IsShared ? await OpenStoreAsync(Open()) : null;
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(() => WorkAsync(seed, worker, other, outcomes)))).WaitAsync(TimeSpan.FromMinutes(3));
        engine.Before = engine.After = _ => { };

        for (var stream = 0; stream < 3; stream++)
        {
            var id = $"{seed}-{stream}";
            var additions = await AdditionsAsync(id);
            foreach (var (key, version) in outcomes.Acknowledged.Where(added => added.Key.Id == id))
                additions[(int)version - 1].ShouldBe(key.By);
            var possible = outcomes.Acknowledged.Keys.Concat(outcomes.Unknown.Keys).Where(key => key.Id == id).Select(key => key.By);
            additions.Except(possible).ShouldBeEmpty("what was given up must not be written");
            var folded = (additions.Count, additions.Count);
            var (state, reached) = await store.ReadAsync(Tally.Aggregate, id);
            (state.Count, reached).ShouldBe(folded);
            if (other is not null)
                (await VersionAsync(other, id)).ShouldBe(additions.Count);
        }

        if (other is not null)
            await other.DisposeAsync();
    }

    /// <summary>One commit in eight breaks, half of them after it was made durable.</summary>
    private void BreakCommits(Random random)
    {
        void Break()
        {
            lock (random)
            {
                if (random.Next(16) == 0)
                    throw new TimeoutException("broken on purpose");
            }
        }

        engine.Before = _ => Break();
        engine.After = _ => Break();
    }

    private async Task WorkAsync(int seed, int worker, EventStore? other, Outcomes outcomes)
    {
        var random = new Random(HashCode.Combine(seed, worker));
        for (var number = 0; number < UnitsPerWorker; number++)
        {
            var by = $"{worker}.{number}";
            var ids = Enumerable.Range(0, 3).OrderBy(_ => random.Next()).Take(random.Next(1, 4)).Select(stream => $"{seed}-{stream}").ToArray();
            var (choice, pauses) = (random.Next(8), random.Next(3));
            try
            {
                var versions = (await (choice == 0 && other is not null ? other : store).ExecuteAsync(async unit =>
                {
                    var decided = await DecideAsync(unit, by, ids);
                    for (var pause = 0; pause < pauses; pause++)
                        await Task.Yield();
                    return choice == 1 ? throw new DivideByZeroException() : decided;
                })).Value;
                for (var index = 0; index < ids.Length; index++)
                    outcomes.Acknowledged[(ids[index], by)] = versions[index];
            }
            catch (Exception error) when (error is TimeoutException or DivideByZeroException or ConcurrencyConflictException)
            {
                if (error is TimeoutException && choice != 1)
                    outcomes.AddUnknown(ids, by);
            }
        }
    }

    private sealed class Outcomes
    {
        public ConcurrentDictionary<(string Id, string By), long> Acknowledged { get; } = new();

        public ConcurrentDictionary<(string Id, string By), bool> Unknown { get; } = new();

        public void AddUnknown(string[] ids, string by)
        {
            foreach (var id in ids)
                Unknown[(id, by)] = true;
        }
    }
}
