using System.Security.Cryptography;
using DotNet.Testcontainers.Configurations;
using Shop.TestServers;
using Testcontainers.PostgreSql;

namespace Shop.Containers.Tests;

/// <summary>A PostgreSQL server in a container, with the settings of <see cref="PostgreSqlServer"/>.</summary>
internal sealed class PostgreSqlContainerServer : IDatabaseServer
{
    private static readonly string[] Settings = ["fsync=off", "max_connections=300", "shared_buffers=64MB", "autovacuum_naptime=10s"];

    private readonly string password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));
    private readonly PostgreSqlDatabases databases;
    private readonly ServerContainer server;

    public PostgreSqlContainerServer()
    {
        databases = new(Port, password);
        server = new(Name, () => Configure().Build(), databases.IsOpenAsync);
    }

    public string Name => "PostgreSQL";

    public int Port { get; } = Ports.Free();

    public Task<string> CreateDatabaseAsync(string name) => databases.CreateAsync(name);

    public string Through(string connectionString, int port) => PostgreSqlDatabases.Through(connectionString, port);

    public Task KillAsync() => server.KillAsync();

    public Task RestartAsync() => server.StartAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    internal PostgreSqlBuilder Configure() => new PostgreSqlBuilder(Images.PostgreSql)
        .WithPassword(password)
        .WithPortBinding(Port, PostgreSqlBuilder.PostgreSqlPort)
        .WithCreateParameterModifier(ServerContainer.PublishOnLoopback)
        .WithEnvironment("POSTGRES_INITDB_ARGS", "--encoding=UTF8 --locale=C")
        // In the place of the builder's own settings: without synchronous commits a killed server would lose what it has acknowledged.
        .WithCommand(new OverwriteEnumerable<string>([.. Settings.SelectMany(setting => (string[])["-c", setting])]));
}
