using System.Security.Claims;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Security;

namespace Shop.Tests;

/// <summary>Tokens as the shop itself issues them, sealed with its own keys: nothing in the shop knows of tests.</summary>
internal static class TestTokens
{
    /// <summary>Longer than any test, also one that puts the clock forward.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(3650);

    private static readonly ClaimsPrincipal Operator = Principals.Of("test-operator", "operator@test.example", Roles.Operator);

    /// <summary>An operator of the shop that these services belong to.</summary>
    public static string OperatorToken(this IServiceProvider services) => services.GetRequiredService<AccessTokens>().Issue(Operator, Lifetime);

    public static string CustomerToken(this IServiceProvider services, string customerId) =>
        services.GetRequiredService<AccessTokens>().Issue(Principals.Of(customerId, $"{customerId}@test.example", Roles.Customer), Lifetime);

    /// <summary>An operator of the shop whose processes share this folder of keys; where it is empty, they get the key that is made here.</summary>
    public static string OperatorTokenOf(string keys)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration.AddInMemoryCollection([new(KeyFolder.Setting, keys)]);
        builder.AddShopServiceDefaults();
        using var host = builder.Build();
        return host.Services.OperatorToken();
    }

    public static HttpClient SignIn(this HttpClient client, string token)
    {
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return client;
    }
}
