using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Shop.EventSourcing.Tests.Storage.PostgreSql;
using Shop.ServiceDefaults.Databases;

namespace Shop.ServiceDefaults.Tests;

public sealed class PlainDatabaseTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    private const int Replicas = 4;

    [Fact]
    public async Task Replicas_that_start_at_once_prepare_the_database_one_after_the_other()
    {
        var connectionString = await server.CreateDatabaseAsync();
        var (preparing, prepared) = (0, 0);

        await Task.WhenAll(Enumerable.Range(0, Replicas).Select(_ => Task.Run(() => Database(connectionString).OpenAsync(
            typeof(PlainDatabaseTests).Assembly,
            async cancellationToken =>
            {
                Interlocked.Increment(ref preparing).ShouldBe(1, "nobody else prepares it now");
                await Task.Delay(50, cancellationToken);
                Interlocked.Decrement(ref preparing);
                Interlocked.Increment(ref prepared);
            },
            TimeProvider.System, NullLogger.Instance, default))));

        prepared.ShouldBe(Replicas);
        await server.DropDatabaseAsync(connectionString);
    }

    [Fact]
    public async Task A_preparation_that_fails_leaves_it_to_the_next_replica()
    {
        var connectionString = await server.CreateDatabaseAsync();
        await Should.ThrowAsync<InvalidOperationException>(() => OpenAsync(connectionString, () => throw new InvalidOperationException("broken on purpose")));

        var prepared = false;
        await OpenAsync(connectionString, () => prepared = true).WaitAsync(TimeSpan.FromMinutes(1));

        prepared.ShouldBeTrue();
        await server.DropDatabaseAsync(connectionString);
    }

    private static Task OpenAsync(string connectionString, Action prepare) => Database(connectionString).OpenAsync(
        typeof(PlainDatabaseTests).Assembly,
        _ =>
        {
            prepare();
            return Task.CompletedTask;
        },
        TimeProvider.System, NullLogger.Instance, default);

    private static PlainDatabase Database(string connectionString) => new(
        "plain",
        new ConfigurationBuilder().AddInMemoryCollection([new("Shop:Store", "PostgreSql"), new("ConnectionStrings:plain", connectionString)]).Build(),
        environment: null);
}
