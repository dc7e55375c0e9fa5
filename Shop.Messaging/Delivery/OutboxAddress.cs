namespace Shop.Messaging.Delivery;

/// <summary>
/// Addresses as the outbox keeps them: <c>exchange:name</c>. Without the transport's host, which may be another one by the
/// time a row is sent; and never <c>queue:name</c>, with which MassTransit would declare the queue as it thinks it should be.
/// </summary>
internal static class OutboxAddress
{
    private const string Scheme = "exchange:";

    /// <summary>A queue is fed by the exchange of its name.</summary>
    public static string Of(string queue) => Scheme + queue;

    /// <summary>From an address of any transport, absolute or short.</summary>
    public static string Of(Uri address)
    {
        var path = address.AbsolutePath;
        return string.Concat(Scheme, path.AsSpan(path.LastIndexOf('/') + 1));
    }

    /// <summary>The queue or exchange in a stored address, of whatever age.</summary>
    public static ReadOnlySpan<char> NameIn(string destination)
    {
        var name = destination.AsSpan(destination.LastIndexOf('/') + 1);
        if (name.IndexOf('?') is var query and >= 0)
            name = name[..query];
        return name.StartsWith(Scheme) ? name[Scheme.Length..] : name.StartsWith("queue:") ? name["queue:".Length..] : name;
    }
}
