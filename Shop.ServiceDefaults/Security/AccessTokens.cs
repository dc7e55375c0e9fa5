using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.Extensions.Options;

namespace Shop.ServiceDefaults.Security;

/// <summary>
/// Tokens that every service of the shop takes as <c>Authorization: Bearer …</c>, because they share the keys: who it is and what
/// they may do, sealed. No service reads a database for them, and one that was issued is good until it expires.
/// </summary>
public sealed class AccessTokens(IOptionsMonitor<BearerTokenOptions> options, TimeProvider clock)
{
    /// <summary>Seals who <paramref name="user"/> is: id, names and roles, and nothing else that may be known of them.</summary>
    public string Issue(ClaimsPrincipal user, TimeSpan lifetime)
    {
        var now = clock.GetUtcNow();
        var claims = user.Claims.Where(claim => claim.Type is ClaimTypes.NameIdentifier or ClaimTypes.Name or ClaimTypes.GivenName or ClaimTypes.Role);
        var identity = new ClaimsIdentity(claims.Select(claim => new Claim(claim.Type, claim.Value)), BearerTokenDefaults.AuthenticationScheme);
        var properties = new AuthenticationProperties { IssuedUtc = now, ExpiresUtc = now + lifetime };
        return options.Get(BearerTokenDefaults.AuthenticationScheme).BearerTokenProtector.Protect(
            new(new(identity), properties, $"{BearerTokenDefaults.AuthenticationScheme}:AccessToken"));
    }
}

/// <summary>Makes principals of what is known of somebody.</summary>
public static class Principals
{
    /// <param name="id">The account's.</param>
    /// <param name="name">What they sign in with; written down with what an operator does.</param>
    public static ClaimsPrincipal Of(string id, string name, string role, string? displayName = null)
    {
        var identity = new ClaimsIdentity([new(ClaimTypes.NameIdentifier, id), new(ClaimTypes.Name, name), new(ClaimTypes.Role, role)], nameof(Principals));
        if (displayName is not null)
            identity.AddClaim(new(ClaimTypes.GivenName, displayName));
        return new(identity);
    }

    /// <summary>A service that asks another one on its own account: an operator by the name <c>service:…</c>.</summary>
    public static ClaimsPrincipal Service(string name) => Of($"service:{name}", $"service:{name}", Roles.Operator);
}
