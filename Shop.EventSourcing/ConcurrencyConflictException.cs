namespace Shop.EventSourcing;

/// <summary>
/// A stream moved on while the handler decided. Nothing was written; deciding again from a fresh load resolves it.
/// </summary>
public sealed class ConcurrencyConflictException(string message) : Exception(message);
