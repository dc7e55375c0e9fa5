namespace Shop.EventSourcing;

/// <summary>
/// A stream moved on while the handler decided. Nothing was written; deciding again from a fresh load resolves it.
/// </summary>
/// <param name="refusal">The constraint of the database that refused the write set, if one did.</param>
public sealed class ConcurrencyConflictException(string message, Exception? refusal = null) : Exception(message, refusal)
{
    /// <summary>False when a constraint of the database refused what was decided, as it would again.</summary>
    public bool IsTransient => InnerException is null;
}
