using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Shop.Messaging;

namespace Shop.ServiceDefaults.Security;

/// <summary>
/// Whose word about the caller's address and scheme is taken: a proxy's on this machine, and on the networks of
/// <c>Shop:Proxies</c>, such as <c>172.16.0.0/12</c>, separated by commas.
/// </summary>
internal static class Proxies
{
    private const string Setting = "Shop:Proxies";

    public static void Add(IServiceCollection services) => services.AddOptions<ForwardedHeadersOptions>().Configure<IConfiguration>((options, configuration) =>
    {
        options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
        foreach (var network in (configuration[Setting] ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            options.KnownIPNetworks.Add(System.Net.IPNetwork.TryParse(network, out var parsed)
                ? parsed
                : throw new StartupException($"Setting {Setting} names '{network}', which is no network. Give one such as 172.16.0.0/12, or several separated by commas."));
        }
    });
}
