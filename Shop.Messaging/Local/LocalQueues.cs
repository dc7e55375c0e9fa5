using System.Text.Json;
using MassTransit.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Shop.EventSourcing;
using Shop.EventSourcing.Storage;
using Shop.Messaging.Consuming;

namespace Shop.Messaging.Local;

/// <summary>The local queues of this process, by name.</summary>
internal sealed class LocalQueues(IEnumerable<LocalQueueDefinition> definitions, MessageAttempts attempts, IServiceProvider provider)
{
    /// <summary>Handlers wait for others most of the time; what they call must bear so many at once, from each process.</summary>
    public const int ConcurrentMessages = 48;

    private const string Scheme = "local:";
    private readonly Dictionary<string, LocalQueueDefinition> byName = definitions.ToDictionary(queue => queue.Name, StringComparer.Ordinal);

    public static string Address(string name) => Scheme + name;

    public static bool Owns(string destination) => destination.StartsWith(Scheme, StringComparison.Ordinal);

    public static string NameIn(string destination) => destination[Scheme.Length..];

    public bool Contains(string name) => byName.ContainsKey(name);

    /// <summary>Handles one message of a store: committed, or parked.</summary>
    /// <exception cref="Exception">Neither; it must be handled again.</exception>
    public async Task HandleAsync(EventStore store, OutboxMessage message, CancellationToken cancellationToken)
    {
        var name = NameIn(message.Destination);
        try
        {
            var handler = byName.GetValueOrDefault(name)
                ?? throw new InvalidOperationException($"Nothing in this process handles the local queue {name}.");
            await handler.HandleAsync(provider, attempts, store, message, cancellationToken);
        }
        catch (Exception error) when (MessageAttempts.IsTheMessagesFault(error))
        {
            await attempts.ParkAsync(store, new(name, message.Id, message.MessageType, message.ContentType, message.Body, message.Headers), error);
        }
    }
}

/// <summary>One local queue and what handles it.</summary>
internal abstract class LocalQueueDefinition(string name)
{
    public string Name => name;

    public abstract Task HandleAsync(
        IServiceProvider provider, MessageAttempts attempts, EventStore store, OutboxMessage row, CancellationToken cancellationToken);
}

internal sealed class LocalQueueDefinition<TMessage, THandler>(string name) : LocalQueueDefinition(name)
    where TMessage : class
    where THandler : class, ILocalHandler<TMessage>
{
    public override Task HandleAsync(
        IServiceProvider provider, MessageAttempts attempts, EventStore store, OutboxMessage row, CancellationToken cancellationToken)
    {
        var message = JsonSerializer.Deserialize<TMessage>(row.Body, SystemTextJsonMessageSerializer.Options) ?? throw new JsonException("The message is null.");
        var handler = provider.GetRequiredService<THandler>();
        return attempts.RunAsync(
            store, new Received<TMessage>(Name, row.Id, message), unit => handler.HandleAsync(message, unit, cancellationToken), cancellationToken);
    }
}
