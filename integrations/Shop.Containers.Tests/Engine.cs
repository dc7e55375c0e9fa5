using System.Net.Sockets;
using Docker.DotNet;
using Docker.DotNet.Models;
using DotNet.Testcontainers.Configurations;

namespace Shop.Containers.Tests;

/// <summary>The Docker engine of this machine, as Testcontainers finds it.</summary>
internal static class Engine
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly Lazy<Task<IDockerClient>> Client = new(FindAsync);

    /// <summary>Fails when there is none.</summary>
    public static Task RequireAsync() => Client.Value;

    /// <summary>As <c>docker kill</c>: SIGKILL, which no process of the container outlives.</summary>
    public static async Task KillAsync(string container) =>
        await (await Client.Value).Containers.KillContainerAsync(container, new ContainerKillParameters { Signal = "SIGKILL" });

    /// <returns>A client of the engine, which has answered.</returns>
    internal static async Task<IDockerClient> ConnectAsync(IDockerEndpointAuthenticationConfiguration endpoint, TimeSpan patience)
    {
        if (!IsHere(endpoint.Endpoint))
            throw new InvalidOperationException($"The Docker engine at {endpoint.Endpoint} is on another machine. The drills publish ports on its loopback and look for them on ours: set DOCKER_HOST to an engine on this machine.");
        var client = endpoint.GetDockerClientBuilder().Build();
        try
        {
            await client.System.PingAsync().WaitAsync(patience);
            return client;
        }
        // The client gathers its attempts at a connection.
        catch (Exception error) when (error is AggregateException or HttpRequestException or IOException or SocketException or DockerApiException or TimeoutException or OperationCanceledException)
        {
            client.Dispose();
            throw NoEngine($"at {endpoint.Endpoint}", error);
        }
    }

    private static async Task<IDockerClient> FindAsync()
    {
        IDockerEndpointAuthenticationConfiguration? endpoint;
        try
        {
            // It asks each place where an engine may be, and waits for the answers.
            endpoint = await Task.Run(() => TestcontainersSettings.OS.DockerEndpointAuthConfig).WaitAsync(Patience);
        }
        catch (TimeoutException error)
        {
            throw NoEngine(Place(), error);
        }

        return endpoint is null ? throw NoEngine(Place(), null) : await ConnectAsync(endpoint, Patience);
    }

    private static bool IsHere(Uri endpoint) => endpoint.Scheme is "unix" or "npipe" || endpoint.IsLoopback;

    private static string Place() =>
        Environment.GetEnvironmentVariable("DOCKER_HOST") is { Length: > 0 } host ? $"at DOCKER_HOST={host} or in its usual places" : "in its usual places, and DOCKER_HOST is not set";

    private static InvalidOperationException NoEngine(string place, Exception? error) => new(
        $"No Docker engine answers {place}. Start one, or set DOCKER_HOST to one on this machine, such as unix:///var/run/docker.sock, and run the drills again. tests/Shop.Distributed.Tests has the same drills without containers.",
        error);
}
