namespace Shop.Messaging.RabbitMq;

/// <summary>Where the broker is and who we are there: <c>amqp://user:password@host:5672,other:5672/vhost</c>, or <c>amqps</c>.</summary>
internal sealed record BrokerAddress
{
    private const string Example = "Give it as amqp://user:password@host:5672/vhost, with further hosts after commas.";

    public required IReadOnlyList<(string Name, ushort Port)> Hosts { get; init; }

    public required string VirtualHost { get; init; }

    public required string User { get; init; }

    public required string Password { get; init; }

    public required bool Tls { get; init; }

    /// <summary>For people: without the password.</summary>
    public override string ToString() => $"{string.Join(',', Hosts.Select(host => $"{host.Name}:{host.Port}"))}/{VirtualHost} as {User}";

    /// <exception cref="StartupException">It cannot be read; the message names <paramref name="setting"/> and not the password.</exception>
    public static BrokerAddress Parse(string? text, string setting)
    {
        if (string.IsNullOrWhiteSpace(text))
            throw new StartupException($"Setting {setting} is missing: it names the RabbitMQ broker. {Example}");
        var tls = text.StartsWith("amqps://", StringComparison.OrdinalIgnoreCase);
        if (!tls && !text.StartsWith("amqp://", StringComparison.OrdinalIgnoreCase))
            throw Unreadable("starts with neither amqp:// nor amqps://");

        var rest = text[(text.IndexOf("://", StringComparison.Ordinal) + 3)..];
        var at = rest.LastIndexOf('@');
        var (user, password) = Split(at < 0 ? "" : rest[..at], ':');
        if (user.Length == 0 || password is null)
            throw Unreadable("has no user and password");
        var (hosts, vhost) = Split(rest[(at + 1)..], '/');
        return new()
        {
            Hosts = [.. hosts.Split(',').Select(host => Host(host.Trim()))],
            VirtualHost = string.IsNullOrEmpty(vhost) ? "/" : Uri.UnescapeDataString(vhost),
            User = Uri.UnescapeDataString(user),
            Password = Uri.UnescapeDataString(password),
            Tls = tls,
        };

        (string Name, ushort Port) Host(string host)
        {
            var colon = host.LastIndexOf(':');
            if (colon > host.LastIndexOf(']'))
            {
                return ushort.TryParse(host.AsSpan(colon + 1), out var port) && colon > 0
                    ? (host[..colon], port)
                    : throw Unreadable($"has a host '{host}' without name or with a port that is no number");
            }

            return host.Length > 0 ? (host, tls ? (ushort)5671 : (ushort)5672) : throw Unreadable("names no host");
        }

        StartupException Unreadable(string why) => new($"Setting {setting} {why}. {Example}");
    }

    private static (string Before, string? After) Split(string text, char separator) =>
        text.IndexOf(separator, StringComparison.Ordinal) is var at and >= 0 ? (text[..at], text[(at + 1)..]) : (text, null);
}
