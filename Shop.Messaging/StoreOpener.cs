using Microsoft.Extensions.Hosting;
using Shop.EventSourcing;
using Shop.EventSourcing.Storage;

namespace Shop.Messaging;

/// <summary>Opens a store before anything of the process starts.</summary>
internal sealed class StoreOpener(EventStore store, IReadOnlyList<SchemaScript> scripts) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => store.OpenAsync(scripts, cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
