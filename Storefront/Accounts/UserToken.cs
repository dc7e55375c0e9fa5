using Microsoft.AspNetCore.Components.Authorization;
using Shop.ServiceDefaults.Security;

namespace Shop.Storefront.Accounts;

/// <summary>The access token by which a page calls the services in the name of who looks at it.</summary>
public sealed class UserToken(AuthenticationStateProvider state, AccessTokens tokens, TimeProvider clock)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(2);

    private string? token;
    private string? customerId;
    private DateTimeOffset goodUntil;

    /// <returns>Null when nobody is signed in.</returns>
    public async ValueTask<string?> GetAsync()
    {
        var user = (await state.GetAuthenticationStateAsync()).User;
        if (user.Identity?.IsAuthenticated != true)
            return null;
        var now = clock.GetUtcNow();
        if (token is null || now >= goodUntil || customerId != user.CustomerId())
            (token, customerId, goodUntil) = (tokens.Issue(user, Lifetime), user.CustomerId(), now + Lifetime - Margin);
        return token;
    }
}
