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

    /// <summary>Parked messages of all stores after one, in the order of parking.</summary>
    /// <param name="afterId">Id of the last one of the page before, or the empty one.</param>
    /// <param name="group">Only those of one group, or null.</param>
    public async Task<IReadOnlyList<(string Store, ParkedMessage Message)>> ListAsync(
        Guid afterId, ParkedGroup? group, int limit, CancellationToken cancellationToken = default)
    {
        var found = new List<(string Store, ParkedMessage Message)>();
        foreach (var store in stores)
            found.AddRange((await store.Engine.ReadParkedAsync(afterId, group, limit, cancellationToken)).Select(message => (store.Name, message)));
        return [.. found.OrderBy(entry => entry.Message.Id.ToString("N"), StringComparer.Ordinal).Take(limit)];
    }

    /// <summary>Parked messages by what failed, in all stores.</summary>
    public async Task<IReadOnlyList<(string Store, ParkedGroupStatus Status)>> GroupsAsync(CancellationToken cancellationToken = default)
    {
        var found = new List<(string Store, ParkedGroupStatus Status)>();
        foreach (var store in stores)
            found.AddRange((await store.Engine.ReadParkedGroupsAsync(cancellationToken)).Select(status => (store.Name, status)));
        return [.. found.OrderByDescending(group => group.Status.Messages)];
    }

    /// <summary>One parked message with the name of its store, or null.</summary>
    public async Task<(string Store, ParkedMessage Message)?> FindAsync(Guid parkedId, CancellationToken cancellationToken = default)
    {
        foreach (var store in stores)
        {
            if (await store.Engine.FindParkedAsync(parkedId, cancellationToken) is { } message)
                return (store.Name, message);
        }

        return null;
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
    public async Task<bool> RedriveAsync(
        Guid parkedId, byte[]? body = null, string who = "unknown", string? reason = null, CancellationToken cancellationToken = default)
    {
        if (body is not null)
            CheckJson(body);
        if (await FindAsync(parkedId, cancellationToken) is not { } found)
            return false;
        var acted = new OperatorActed(
            who, body is null ? "message-redriven" : "message-edited-and-redriven", $"message {parkedId:D}", OperatorActions.ReasonOrNone(reason));
        await RedriveAsync(found.Store, found.Message, body, acted, cancellationToken);
        return true;
    }

    internal Task<IReadOnlyList<ParkedMessage>> ReadAsync(string store, Guid afterId, ParkedGroup group, int limit, CancellationToken cancellationToken) =>
        Store(store).Engine.ReadParkedAsync(afterId, group, limit, cancellationToken);

    internal Task RedriveAsync(string store, ParkedMessage parked, CancellationToken cancellationToken) => RedriveAsync(store, parked, null, null, cancellationToken);

    internal Task RecordAsync(string store, OperatorActed acted, CancellationToken cancellationToken) => Store(store).RecordOperatorActionAsync(acted, cancellationToken);

    private async Task RedriveAsync(string store, ParkedMessage parked, byte[]? body, OperatorActed? acted, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await Store(store).ExecuteAsync(
            async unit =>
            {
                if (acted is not null)
                    unit.RecordOperatorAction(acted);
                unit.Unpark(parked.Id);
                unit.Send(new(
                    parked.MessageId ?? Ids.New(now), localQueues.Contains(parked.Endpoint) ? LocalQueues.Address(parked.Endpoint) : OutboxAddress.Of(parked.Endpoint), parked.ContentType, parked.MessageType, body ?? parked.Body,
                    OutboxSerializer.WithoutRedundant(parked.Headers), now, DueAt: null));
                return true;
            },
            cancellationToken: cancellationToken);
    }

    private EventStore Store(string name) => stores.First(store => store.Name == name);

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
