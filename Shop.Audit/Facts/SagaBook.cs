using System.Text.Json;
using Shop.EventSourcing.Storage;

namespace Shop.Audit.Facts;

/// <param name="State">The state that its last transition went to.</param>
public sealed record SagaFacts(string? State);

/// <summary>How far the orchestrator got with each order.</summary>
public sealed class SagaBook : IEventBook
{
    private readonly Dictionary<Guid, SagaFacts> sagas = [];

    public IReadOnlyDictionary<Guid, SagaFacts> All => sagas;

    /// <inheritdoc cref="OrderBook.Forget"/>
    internal void Forget(Guid orderId) => sagas.Remove(orderId);

    bool IEventBook.Apply(RecordedEvent recorded, JsonElement data)
    {
        if (recorded.Type != "saga-transitioned.v1")
            return false;
        var orderId = Stored.IdOf(recorded);
        var from = Stored.Text(data, "from");
        if (sagas.TryGetValue(orderId, out var saga) ? saga.State != from : from is not (null or "" or "Initial"))
            throw new UnreadableEventException($"a transition from {saga?.State ?? "nothing"}", $"one from {from ?? "nothing"}");
        sagas[orderId] = new(Stored.Text(data, "to"));
        return true;
    }
}
