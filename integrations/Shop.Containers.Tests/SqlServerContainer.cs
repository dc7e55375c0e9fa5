using System.Security.Cryptography;
using DotNet.Testcontainers.Builders;
using Shop.TestServers;
using Testcontainers.MsSql;

namespace Shop.Containers.Tests;

/// <summary>A SQL Server in a container: the Developer edition, whose licence the builder accepts.</summary>
internal sealed class SqlServerContainer : IDatabaseServer
{
    /// <summary>The server asks for capitals, small letters and digits.</summary>
    private readonly string password = $"Sa{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12))}1";
    private readonly SqlServerDatabases databases;
    private readonly ServerContainer server;

    public SqlServerContainer()
    {
        databases = new(Port, password);
        server = new(Name, () => Configure().Build(), databases.IsOpenAsync);
    }

    public string Name => "SQL Server";

    public int Port { get; } = Ports.Free();

    public Task<string> CreateDatabaseAsync(string name) => databases.CreateAsync(name);

    public string Through(string connectionString, int port) => SqlServerDatabases.Through(connectionString, port);

    public Task KillAsync() => server.KillAsync();

    public Task RestartAsync() => server.StartAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    internal MsSqlBuilder Configure() => new MsSqlBuilder(Images.SqlServer)
        .WithPassword(password)
        .WithPortBinding(Port, MsSqlBuilder.MsSqlPort)
        .WithCreateParameterModifier(ServerContainer.PublishOnLoopback)
        // Ours looks from outside, and at every start.
        .WithWaitStrategy(Wait.ForUnixContainer());
}
