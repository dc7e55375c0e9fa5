using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Shop.Storefront.Clients;

/// <summary>Where the services listen: <c>Storefront:Services:{name}</c>, or this process itself.</summary>
public sealed class ServiceAddresses(IConfiguration configuration, IServer server)
{
    public const string Order = "order";
    public const string Payment = "payment";
    public const string Inventory = "inventory";
    public const string Saga = "saga";

    public static IReadOnlyList<string> All { get; } = [Order, Payment, Inventory, Saga];

    /// <param name="service">One of <see cref="All"/>.</param>
    public Uri Of(string service) => configuration[$"Storefront:Services:{service}"] is { Length: > 0 } address
        ? new(address.EndsWith('/') ? address : address + "/")
        : Own();

    /// <summary>True when all services answer at one address: this process is the whole shop.</summary>
    public bool IsOneProcess => All.All(service => string.IsNullOrEmpty(configuration[$"Storefront:Services:{service}"]));

    private Uri Own()
    {
        var listening = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? throw new InvalidOperationException("The server does not listen yet.");
        return new(listening.Replace("://*", "://127.0.0.1", StringComparison.Ordinal).Replace("://+", "://127.0.0.1", StringComparison.Ordinal)
            .Replace("://0.0.0.0", "://127.0.0.1", StringComparison.Ordinal).Replace("://[::]", "://127.0.0.1", StringComparison.Ordinal) + "/");
    }
}
