using System.Net;
using System.Net.Sockets;
using Docker.DotNet;
using DotNet.Testcontainers.Configurations;
using Shop.TestServers;

namespace Shop.Containers.Tests;

/// <summary>What is said where no engine is.</summary>
public sealed class EngineTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Where_nobody_listens_the_message_says_where_and_what_to_do()
    {
        var endpoint = $"tcp://127.0.0.1:{Ports.Free()}";

        var error = await Should.ThrowAsync<InvalidOperationException>(() => ConnectAsync(endpoint));

        error.Message.ShouldContain($"No Docker engine answers at {endpoint}");
        error.Message.ShouldContain("Start one, or set DOCKER_HOST");
        error.Message.ShouldContain("tests/Shop.Distributed.Tests");
    }

    [Fact]
    public async Task A_socket_that_does_not_exist_is_told_like_an_engine_that_is_away()
    {
        var error = await Should.ThrowAsync<InvalidOperationException>(() => ConnectAsync("unix:///nowhere/docker.sock"));

        error.Message.ShouldContain("No Docker engine answers at unix:///nowhere/docker.sock");
    }

    [Fact]
    public async Task An_endpoint_that_accepts_and_says_nothing_is_not_waited_for()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();

        var error = await Should.ThrowAsync<InvalidOperationException>(() => ConnectAsync($"tcp://{silent.LocalEndpoint}")).WaitAsync(TimeSpan.FromMinutes(1));

        error.Message.ShouldContain($"No Docker engine answers at tcp://{silent.LocalEndpoint}");
    }

    [Fact]
    public async Task An_engine_on_another_machine_is_refused_before_anything_is_asked()
    {
        var error = await Should.ThrowAsync<InvalidOperationException>(() => ConnectAsync("tcp://docker.invalid:2376"));

        error.Message.ShouldContain("tcp://docker.invalid:2376");
        error.Message.ShouldContain("set DOCKER_HOST to an engine on this machine");
    }

    [Theory]
    [InlineData(null, "PostgreSql")]
    [InlineData("", "PostgreSql")]
    [InlineData("PostgreSql", "PostgreSql")]
    [InlineData("SqlServer", "SqlServer")]
    public void The_variable_says_where_the_services_keep_their_stores(string? value, string store)
    {
        var choice = StoreChoice.Read(value);

        choice.Settings["Shop__Store"].ShouldBe(store);
        choice.IsSqlServer.ShouldBe(store == "SqlServer");
    }

    [Fact]
    public void A_store_that_is_not_known_is_refused_with_those_that_are() =>
        Should.Throw<InvalidOperationException>(() => StoreChoice.Read("Oracle")).Message.ShouldBe("SHOP_CONTAINERS_STORE=Oracle is not known. Use PostgreSql or SqlServer.");

    private static Task<IDockerClient> ConnectAsync(string endpoint) => Engine.ConnectAsync(new DockerEndpointAuthenticationConfiguration(new Uri(endpoint)), Patience);
}
