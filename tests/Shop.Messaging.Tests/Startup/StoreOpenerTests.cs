using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Shop.EventSourcing;
using Shop.EventSourcing.Tests.Storage.PostgreSql;
using Shop.Messaging.Tests.Sagas;

namespace Shop.Messaging.Tests.Startup;

/// <summary>How a service meets its database, on a real server.</summary>
public sealed class StoreOpenerTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    [Fact]
    public async Task It_waits_for_a_server_that_is_not_there_yet_and_says_for_what()
    {
        var connectionString = await server.CreateDatabaseAsync();
        await server.StopAsync();
        using var host = Build(connectionString, out var log);

        var starting = host.StartAsync();
        await log.SaysAsync("connection refused");
        await server.StartAsync();
        await starting;

        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        log.Lines.First().ShouldBe(
            $"Waiting for store test: PostgreSQL database {settings.Database} at 127.0.0.1:{settings.Port} as {settings.Username}: connection refused: nothing listens there yet. Up to 60 s more.");
        log.Lines.ShouldContain(line => line.StartsWith($"Store test is open (PostgreSQL database {settings.Database}"));
        (await host.Services.GetRequiredService<EventStore<TestModule>>().ReadHeadAsync()).ShouldBe(0);
        await host.StopAsync();
    }

    [Fact]
    public async Task It_gives_up_when_the_time_is_up_and_names_the_settings()
    {
        using var host = Build("Host=127.0.0.1;Port=1;Username=shop_order;Password=topsecret", out _, patienceSeconds: 0);

        var message = (await Should.ThrowAsync<StartupException>(() => host.StartAsync())).Message;

        message.ShouldContain("PostgreSQL database shop_order at 127.0.0.1:1 as shop_order: connection refused");
        message.ShouldContain("ConnectionStrings:test");
        message.ShouldContain("Shop:Startup:WaitSeconds");
        message.ShouldNotContain("topsecret");
    }

    [Fact]
    public async Task A_missing_database_or_role_is_waited_for_and_it_says_what_to_create()
    {
        var existing = new NpgsqlConnectionStringBuilder(await server.CreateDatabaseAsync());
        existing.Username = existing.Database = $"late{Guid.CreateVersion7():N}";
        using var host = Build(existing.ConnectionString, out var log);

        var starting = host.StartAsync();
        await log.SaysAsync($"create the role ({existing.Username})");
        await server.ExecuteAsync($"CREATE ROLE {existing.Username} LOGIN");
        await log.SaysAsync($"CREATE DATABASE {existing.Database} OWNER {existing.Username}");
        await server.ExecuteAsync($"CREATE DATABASE {existing.Database} OWNER {existing.Username}");

        await starting;
        await host.StopAsync();
    }

    [Fact]
    public async Task A_database_that_nobody_creates_ends_the_start()
    {
        var missing = new NpgsqlConnectionStringBuilder(await server.CreateDatabaseAsync()) { Database = "nowhere" };
        using var host = Build(missing.ConnectionString, out _, patienceSeconds: 1);

        (await Should.ThrowAsync<StartupException>(() => host.StartAsync())).Message.ShouldContain("CREATE DATABASE nowhere OWNER");
    }

    [Fact]
    public async Task A_role_that_does_not_own_its_database_is_told_so()
    {
        var owner = new NpgsqlConnectionStringBuilder(await server.CreateDatabaseAsync());
        var other = new NpgsqlConnectionStringBuilder(await server.CreateDatabaseAsync());
        await server.ExecuteAsync($"GRANT CONNECT ON DATABASE {owner.Database} TO {other.Username}");
        other.Database = owner.Database;
        using var host = Build(other.ConnectionString, out _, patienceSeconds: 0);

        (await Should.ThrowAsync<StartupException>(() => host.StartAsync())).Message.ShouldContain($"ALTER DATABASE {owner.Database} OWNER TO {other.Username}");
    }

    [Fact]
    public async Task Waiting_ends_when_the_service_is_stopped()
    {
        using var host = Build("Host=127.0.0.1;Port=1;Username=shop_order", out var log);
        var starting = host.StartAsync();
        await log.SaysAsync("connection refused");

        host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        await Should.ThrowAsync<OperationCanceledException>(() => starting);
    }

    [Theory]
    [InlineData(null, "is missing")]
    [InlineData("postgres://shop_order:topsecret@db/shop_order", "is not an Npgsql connection string")]
    [InlineData("Host=db;Prot=5432;Password=topsecret", "is not an Npgsql connection string")]
    [InlineData("Host=db;Port=many;Password=topsecret", "is not an Npgsql connection string")]
    [InlineData("Username=shop_order;Password=topsecret", "names no Host")]
    public async Task A_wrong_connection_string_is_named_and_not_repeated(string? connectionString, string problem)
    {
        using var host = Build(connectionString, out _);

        var error = await Should.ThrowAsync<StartupException>(() => host.StartAsync());

        error.Message.ShouldStartWith($"Setting ConnectionStrings:test {problem}");
        error.ToString().ShouldNotContain("topsecret");
    }

    [Fact]
    public async Task Credentials_that_everybody_knows_end_the_start_in_Production()
    {
        using var host = Build("Host=127.0.0.1;Port=1;Username=postgres;Password=postgres", out _, environment: "Production");

        (await Should.ThrowAsync<StartupException>(() => host.StartAsync())).Message.ShouldStartWith("Setting ConnectionStrings:test is not for Production");
    }

    [Fact]
    public void A_wrong_waiting_time_is_named() =>
        Should.Throw<StartupException>(() => StoreOpener.Patience(new ConfigurationBuilder().AddInMemoryCollection([new("Shop:Startup:WaitSeconds", "a minute")]).Build()))
            .Message.ShouldContain("Shop:Startup:WaitSeconds");

    private static IHost Build(string? connectionString, out Said log, int patienceSeconds = 60, string environment = "Development")
    {
        var builder = Host.CreateEmptyApplicationBuilder(new() { EnvironmentName = environment });
        builder.Configuration.AddInMemoryCollection(
        [
            new("Shop:Store", "PostgreSql"), new("ConnectionStrings:test", connectionString), new("Shop:Startup:WaitSeconds", $"{patienceSeconds}"),
        ]);
        log = new();
        builder.Logging.AddProvider(log);
        builder.Services.AddStore<TestModule>(
            builder.Configuration, new() { Name = "test", Schema = typeof(TestShop).Assembly, InlineProjections = [CounterSaga.Row] });
        builder.Services.AddShopMessaging(builder.Configuration, _ => { });
        return builder.Build();
    }

    /// <summary>What the opener of the store said.</summary>
    private sealed class Said : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public async Task SaysAsync(string words)
        {
            for (var attempt = 0; attempt < 12_000 && !Lines.Any(line => line.Contains(words, StringComparison.Ordinal)); attempt++)
                await Task.Delay(10);
            Lines.ShouldContain(line => line.Contains(words));
        }

        public ILogger CreateLogger(string categoryName) =>
            categoryName.EndsWith(nameof(StoreOpener), StringComparison.Ordinal) ? this : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue(formatter(state, exception));

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public void Dispose()
        {
        }
    }
}
