using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Shop.EventSourcing.Projections;
using Shop.EventSourcing.Storage;
using Shop.EventSourcing.Storage.PostgreSql;
using Shop.EventSourcing.Tests.Storage.PostgreSql;

namespace Shop.EventSourcing.Tests.Store;

/// <summary>A server of its own that the tests crash while two processes write: nothing acknowledged is lost, nothing is doubled.</summary>
public sealed class PostgreSqlCrashTests(PostgresServer server) : IClassFixture<PostgresServer>, IAsyncLifetime
{
    private const int Writers = 16;
    private const int UnitsPerWriter = 30;
    private const int Streams = 6;

    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(3);

    private readonly ConcurrentDictionary<string, bool> acknowledged = new();
    private readonly ConcurrentDictionary<string, bool> unknown = new();
    private string connectionString = "";
    private EventStore here = null!;
    private EventStore there = null!;

    public async Task InitializeAsync()
    {
        connectionString = await server.CreateDatabaseAsync();
        here = await OpenAsync();
        there = await OpenAsync();
    }

    public async Task DisposeAsync()
    {
        await here.DisposeAsync();
        await there.DisposeAsync();
        await server.DropDatabaseAsync(connectionString);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Backends_that_are_terminated_in_the_middle_of_commits_lose_and_double_nothing(int seed)
    {
        using var done = new CancellationTokenSource();
        var random = new Random(seed);
        var kills = 0;
        var killing = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                await Task.Delay(random.Next(20, 120));
                await server.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname <> 'postgres'");
                kills++;
            }
        });

        await WriteAsync(seed);
        await done.CancelAsync();
        await killing;

        kills.ShouldBeGreaterThan(3);
        await ShouldBeWholeAsync();
    }

    [Fact]
    public async Task A_server_that_crashes_and_comes_back_is_used_again_by_everybody()
    {
        using var stop = new CancellationTokenSource();
        var list = new TallyList();
        var projecting = Task.WhenAll(ProjectAsync(here, list, stop.Token), ProjectAsync(there, list, stop.Token));
        var writing = WriteAsync(seed: 3);
        for (var crash = 0; crash < 3; crash++)
        {
            await Task.Delay(300);
            await server.CrashAndRestartAsync(away: TimeSpan.FromMilliseconds(500 * crash));
        }

        await writing;
        await ShouldBeWholeAsync();

        (await there.WaitForProjectionAsync(list.Name, await here.ReadHeadAsync(), Soon)).ShouldBeTrue();
        await using var models = there.Engine.OpenReadModels();
        (await models.Query<TallyListRow>().SumAsync(row => row.Added)).ShouldBe(await here.ReadHeadAsync());
        var id = Guid.CreateVersion7();
        var waiting = there.WaitForAsync(Tally.Aggregate, id, tally => tally.Count > 0, Soon);
        await AddAsync(here, inbox: null, id.ToString("D"), "last");
        (await waiting).Count.ShouldBe(1);
        await stop.CancelAsync();
        await projecting;
    }

    [Fact]
    public async Task A_server_that_was_restarted_while_nobody_wrote_fails_nobody()
    {
        await AddAsync(here, inbox: null, "a", "before");
        await server.CrashAndRestartAsync(TimeSpan.Zero);
        for (var attempt = 0; attempt < 2_400 && !await IsListeningAsync(); attempt++)
            await Task.Delay(50);

        await AddAsync(here, inbox: null, "a", "after");
        (await there.ReadAsync(Tally.Aggregate, "a")).Version.ShouldBe(2);
    }

    private async Task<bool> IsListeningAsync()
    {
        await using var admin = new Npgsql.NpgsqlConnection(server.AdministratorConnectionString);
        await admin.OpenAsync();
        await using var count = new Npgsql.NpgsqlCommand("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'", admin);
        return await count.ExecuteScalarAsync() is 2L;
    }

    private async Task WriteAsync(int seed) => await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
    {
        var random = new Random(HashCode.Combine(seed, writer));
        for (var number = 0; number < UnitsPerWriter; number++)
        {
            var (id, by, at) = ($"{random.Next(Streams)}", $"{writer}.{number}", random.Next(2) == 0 ? here : there);
            if (writer % 2 == 0)
                await HandleAsync(id, by, at);
            else
                await RequestAsync(id, by, at);
            await Task.Delay(random.Next(20));
        }
    }))).WaitAsync(Soon);

    /// <summary>A message is delivered, to either process, until it is handled.</summary>
    private async Task HandleAsync(string id, string by, EventStore at)
    {
        var inbox = new InboxEntry("tallies", Guid.CreateVersion7(), DateTimeOffset.UnixEpoch);
        while (true)
        {
            try
            {
                await AddAsync(at, inbox, id, by);
                acknowledged[$"{id}/{by}"] = true;
                return;
            }
            catch (Exception error) when (StorageFailure.IsTransient(error) || error is ConcurrencyConflictException)
            {
                await Task.Delay(20);
                at = at == here ? there : here;
            }
        }
    }

    /// <summary>A request without a key is sent once: it is answered, refused, or nobody knows.</summary>
    private async Task RequestAsync(string id, string by, EventStore at)
    {
        try
        {
            await AddAsync(at, inbox: null, id, by);
            acknowledged[$"{id}/{by}"] = true;
        }
        catch (Exception error) when (StorageFailure.IsTransient(error))
        {
            unknown[$"{id}/{by}"] = true;
        }
    }

    private static async Task AddAsync(EventStore at, InboxEntry? inbox, string id, string by)
    {
        for (var attempt = 1; ; attempt++)
        {
            var unit = at.Begin(inbox: inbox);
            try
            {
                var tally = await unit.LoadAsync(Tally.Aggregate, id);
                unit.Decide(() =>
                {
                    tally.Append(tally.State.Add($"{id}/{by}"));
                    return true;
                });
                await unit.CommitAsync();
                return;
            }
            catch (Exception error)
            {
                if (!await unit.RetriesAsync(error, attempt))
                    throw;
            }
        }
    }

    private async Task ShouldBeWholeAsync()
    {
        var written = new List<string>();
        for (var stream = 0; stream < Streams; stream++)
        {
            var version = 0;
            await foreach (var recorded in here.ReadStreamAsync(Tally.Aggregate.Stream($"{stream}")))
            {
                var added = (TallyEvent.Added)EventStore.Decode<TallyEvent>(Tally.Aggregate.Events, recorded);
                (recorded.Version, added.Seen).ShouldBe((version + 1, version));
                version++;
                written.Add(added.By);
            }

            (await here.ReadAsync(Tally.Aggregate, $"{stream}")).Version.ShouldBe(version);
            (await there.ReadAsync(Tally.Aggregate, $"{stream}")).Version.ShouldBe(version);
        }

        written.ShouldBeUnique();
        acknowledged.Keys.Except(written).ShouldBeEmpty("acknowledged and lost");
        written.Except(acknowledged.Keys).Except(unknown.Keys).ShouldBeEmpty("refused and written");
        (await here.ReadHeadAsync()).ShouldBe(written.Count);
    }

    /// <summary>As a service does: what stopped it is tried again.</summary>
    private static async Task ProjectAsync(EventStore at, TallyList list, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            using var runner = new ProjectionRunner(at, list);
            await runner.RunAsync(stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Task.Delay(100, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<EventStore> OpenAsync()
    {
        var store = new EventStore("test", new PostgreSqlEngine(connectionString, [TallyRow.Table, TallyListRow.Table]), [Tally.Inline], TimeProvider.System);
        await store.OpenAsync(TallyListRow.Scripts, default);
        return store;
    }
}
