using System.Diagnostics;
using Npgsql;
using Shop.EventSourcing.Storage.PostgreSql;

namespace Shop.EventSourcing.Tests.Storage.PostgreSql;

[Collection(PostgresCollection.Name)]
public sealed class PostgreSqlSignalsTests(PostgresServer server)
{
    private static readonly TimeSpan BetweenHellos = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Once a wait that what was heard had cut to less than a millisecond had no end, and nobody told the others anything.</summary>
    [Fact]
    public async Task Hellos_go_on_after_busy_moments()
    {
        await using var source = NpgsqlDataSource.Create(await server.CreateDatabaseAsync());
        await using var signals = new PostgreSqlSignals(source) { BetweenHellos = BetweenHellos };
        await using var hearing = await source.OpenConnectionAsync();
        var hellos = 0;
        hearing.Notification += (_, notification) => hellos += notification.Payload.StartsWith("hello/", StringComparison.Ordinal) ? 1 : 0;
        await ExecuteAsync(hearing, "LISTEN shop_store");
        await using var speaking = await source.OpenConnectionAsync();
        using var stop = new CancellationTokenSource();
        var listening = signals.ListenAsync(() => { }, (_, _) => { }, stop.Token);

        for (var moment = 0; moment < 50; moment++)
        {
            for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < BetweenHellos;)
                await ExecuteAsync(speaking, "NOTIFY shop_store, 'noise=1'");

            // What was said before may still have to be heard.
            for (var expected = hellos + 3; hellos < expected;)
                (await hearing.WaitAsync(Patience)).ShouldBeTrue($"no hello after busy moment {moment}");
        }

        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => listening);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
