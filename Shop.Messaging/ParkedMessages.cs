using System.Text.Json;
using Shop.EventSourcing;
using Shop.EventSourcing.Storage;
using Shop.Messaging.Delivery;
using Shop.Messaging.Local;
using Shop.Messaging.Operating;

namespace Shop.Messaging;

/// <summary>Messages that could not be handled, in all stores of this process: look, edit, send again.</summary>
public sealed class ParkedMessages
{
    private const int MostPerStore = 1_000;
    private readonly IEnumerable<EventStore> stores;
    private readonly LocalQueues localQueues;
    private readonly TimeProvider clock;

    internal ParkedMessages(IEnumerable<EventStore> stores, LocalQueues localQueues, TimeProvider clock)
    {
        this.stores = stores;
        this.localQueues = localQueues;
        this.clock = clock;
    }

    /// <summary>Parked messages with the name of their store, oldest first per store, up to 1,000 of each.</summary>
    public async Task<IReadOnlyList<(string Store, ParkedMessage Message)>> ListAsync(CancellationToken cancellationToken = default)
    {
        var all = new List<(string, ParkedMessage)>();
        foreach (var store in stores)
            all.AddRange((await store.Engine.ReadParkedAsync(MostPerStore, cancellationToken)).Select(message => (store.Name, message)));
        return all;
    }

    /// <summary>
    /// Sends a parked message to its endpoint again, as it is or with another body; it leaves the parked ones in the same
    /// commit. It keeps its id: if it had been handled after all, nothing happens twice.
    /// </summary>
    /// <param name="body">The edited body, UTF-8 JSON, or null.</param>
    /// <param name="who">The operator; recorded in the same commit.</param>
    /// <param name="reason">Why; recorded too.</param>
    /// <returns>False when there is no such parked message.</returns>
    /// <exception cref="DomainException">The edited body is not JSON.</exception>
    public async Task<bool> RedriveAsync(Guid parkedId, byte[]? body = null, string who = "unknown", string? reason = null, CancellationToken cancellationToken = default)
    {
        if (body is not null)
            CheckJson(body);
        foreach (var store in stores)
        {
            var parked = (await store.Engine.ReadParkedAsync(MostPerStore, cancellationToken)).FirstOrDefault(message => message.Id == parkedId);
            if (parked is null)
                continue;
            var now = clock.GetUtcNow();
            var acted = new OperatorActed(who, body is null ? "message-redriven" : "message-edited-and-redriven", $"message {parked.Id:D}", OperatorActions.ReasonOrNone(reason));
            await store.ExecuteAsync(
                async unit =>
                {
                    await unit.RecordOperatorActionAsync(acted, cancellationToken);
                    unit.Unpark(parked.Id);
                    unit.Send(new(
                        parked.MessageId ?? Ids.New(now), localQueues.Contains(parked.Endpoint) ? LocalQueues.Address(parked.Endpoint) : OutboxAddress.Of(parked.Endpoint), parked.ContentType, parked.MessageType, body ?? parked.Body,
                        OutboxSerializer.WithoutRedundant(parked.Headers), now, DueAt: null));
                    return true;
                },
                cancellationToken: cancellationToken);
            return true;
        }

        return false;
    }

    private static void CheckJson(byte[] body)
    {
        try
        {
            using var _ = JsonDocument.Parse(body);
        }
        catch (JsonException error)
        {
            throw new DomainException("body-not-json", $"The edited body is not JSON: {error.Message}") { Field = "body" };
        }
    }
}
