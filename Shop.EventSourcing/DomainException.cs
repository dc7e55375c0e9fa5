namespace Shop.EventSourcing;

/// <summary>A request that cannot be carried out as asked; the message says what to do. Mapped once to HTTP 409 or 422.</summary>
/// <param name="code">Stable, kebab-case reason for machines, such as <c>price-changed</c>.</param>
/// <param name="message">One sentence for a person: what is wrong and the fix.</param>
public sealed class DomainException(string code, string message, bool conflict = false) : Exception(message)
{
    public string Code { get; } = code;

    /// <summary>True: the state does not allow it now (409). False: the request itself is wrong (422).</summary>
    public bool Conflict { get; } = conflict;

    /// <summary>Name of the request's field at fault, where there is one.</summary>
    public string? Field { get; init; }

    /// <summary>Further members of the problem details, such as a new quote.</summary>
    public IReadOnlyDictionary<string, object?> Details { get; init; } = new Dictionary<string, object?>();
}
