namespace Shop.EventSourcing.Storage;

/// <summary>The right to do something alone for a while.</summary>
/// <param name="Token">Fencing token: grows with each takeover. What a lease guards checks it in the transaction that writes.</param>
/// <param name="Duration">How long it lasts after it was taken or renewed last, by the database's clock.</param>
public sealed record Lease(string Name, Guid Holder, long Token, TimeSpan Duration);
