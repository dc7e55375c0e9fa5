using System.ComponentModel;
using System.Text.Json.Serialization;
using Shop.EventSourcing;

namespace Shop.Orchestration;

/// <summary>Which sagas are meant; what is left out does not matter.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record OrderSagaFilter
{
    private const int MaxText = 200;

    [Description("Names of states, separated by commas, such as trying,confirming.")]
    public string? State { get; init; }

    [Description("True: only those that somebody should look at.")]
    public bool? NeedsAttention { get; init; }

    [Description("Only those whose order was placed at least so many seconds ago.")]
    public long? OlderThanSeconds { get; init; }

    [Description("A part of why it is undone or to be cancelled, in capitals or not.")]
    public string? Reason { get; init; }

    [Description("The customer.")]
    public string? CustomerId { get; init; }

    [Description("Only orders that have this product on a line.")]
    public string? Sku { get; init; }

    [Description("At least this total, in minor units.")]
    public long? MinTotalMinor { get; init; }

    [Description("At most this total, in minor units.")]
    public long? MaxTotalMinor { get; init; }

    /// <summary>The sagas that are meant.</summary>
    /// <param name="now">From when back their age counts.</param>
    /// <exception cref="DomainException">A field says something that cannot be meant.</exception>
    public IQueryable<OrderSagaRow> Apply(IQueryable<OrderSagaRow> sagas, DateTimeOffset now)
    {
        if (StatesOf(State) is { } states)
            sagas = sagas.Where(row => states.Contains(row.State));
        if (NeedsAttention is { } needed)
            sagas = sagas.Where(row => row.NeedsAttention == needed);
        if (PlacedBefore(now) is { } latest)
            sagas = sagas.Where(row => row.PlacedAt <= latest);
        if (Text(Reason, "reason") is { } reason)
            sagas = About(sagas, reason);
        if (Text(CustomerId, "customerId") is { } customer)
            sagas = sagas.Where(row => row.CustomerId == customer);
        if (Text(Sku, "sku") is { } sku)
            sagas = Having(sagas, OrderSagaRow.SkuEntry(sku));
        if (MinTotalMinor is { } least)
            sagas = sagas.Where(row => row.TotalMinor >= least);
        if (MaxTotalMinor is { } most)
            sagas = sagas.Where(row => row.TotalMinor <= most);
        return sagas;
    }

    private static IQueryable<OrderSagaRow> Having(IQueryable<OrderSagaRow> sagas, string entry) => sagas.Where(row => row.Skus != null && row.Skus.Contains(entry));

    private static IQueryable<OrderSagaRow> About(IQueryable<OrderSagaRow> sagas, string reason)
    {
        var text = reason.ToLowerInvariant();
#pragma warning disable CA1304, CA1311, CA1862 // The database lowers it, and knows of no culture.
        return sagas.Where(row => row.Reason != null && row.Reason.ToLower().Contains(text));
#pragma warning restore CA1304, CA1311, CA1862
    }

    private static string[]? StatesOf(string? state)
    {
        if (string.IsNullOrWhiteSpace(state))
            return null;
        var names = state.ToLowerInvariant().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return names.Length > 0 && names.All(OrderSagaRow.States.Contains)
            ? names
            : throw Invalid("state", $"Give some of {string.Join(", ", OrderSagaRow.States)}, separated by commas, or leave it out.");
    }

    private DateTimeOffset? PlacedBefore(DateTimeOffset now)
    {
        if (OlderThanSeconds is not { } seconds)
            return null;
        return seconds >= 0 && seconds < (now - DateTimeOffset.UnixEpoch).TotalSeconds
            ? now.AddSeconds(-seconds)
            : throw Invalid("olderThanSeconds", "Give an age in seconds, such as 300, or leave it out.");
    }

    private static string? Text(string? text, string field)
    {
        if (string.IsNullOrWhiteSpace(text))
            return null;
        return text.Length <= MaxText && !text.Any(char.IsControl)
            ? text.Trim()
            : throw Invalid(field, $"Give at most {MaxText} characters on one line, or leave it out.");
    }

    internal static DomainException Invalid(string field, string message) => new("invalid-request", message) { Field = field };
}
