using System.Diagnostics;
using Docker.DotNet.Models;
using DotNet.Testcontainers.Containers;

namespace Shop.Containers.Tests;

/// <summary>A server in a container, which keeps its ports and its data when it is killed.</summary>
/// <param name="build">Not called before an engine has answered: Testcontainers builds nothing without one.</param>
internal sealed class ServerContainer(string name, Func<IContainer> build, Func<Task<bool>> isOpen) : IAsyncDisposable
{
    /// <summary>With the pull of an image.</summary>
    private static readonly TimeSpan StartTime = TimeSpan.FromMinutes(15);

    private IContainer? container;

    /// <summary>Creates the container if there is none, starts it and waits until its server serves.</summary>
    public async Task StartAsync()
    {
        await Engine.RequireAsync();
        container ??= build();
        using var limit = new CancellationTokenSource(StartTime);
        await container.StartAsync(limit.Token);
        var started = Stopwatch.GetTimestamp();
        while (!await isOpen())
        {
            if (Stopwatch.GetElapsedTime(started) > StartTime)
                throw new TimeoutException($"{name} was not ready within {StartTime.TotalMinutes:0} min. {await LastLinesAsync()}");
            await Task.Delay(100);
        }
    }

    /// <inheritdoc cref="Engine.KillAsync"/>
    public Task KillAsync() => Engine.KillAsync(container!.Id);

    /// <summary>Nobody but this machine may come in.</summary>
    public static void PublishOnLoopback(CreateContainerParameters parameters)
    {
        foreach (var binding in parameters.HostConfig!.PortBindings!.Values.SelectMany(bindings => bindings))
            binding.HostIP = "127.0.0.1";
    }

    /// <summary>Removes the container and its data.</summary>
    public async ValueTask DisposeAsync()
    {
        if (container is not null)
            await container.DisposeAsync();
    }

    private async Task<string> LastLinesAsync()
    {
        var (output, errors) = await container!.GetLogsAsync(timestampsEnabled: false);
        return $"Its last lines:\n{string.Join('\n', $"{output}\n{errors}".Split('\n').TakeLast(40))}";
    }
}
