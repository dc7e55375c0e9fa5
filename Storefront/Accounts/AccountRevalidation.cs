using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Shop.ServiceDefaults.Databases;

namespace Shop.Storefront.Accounts;

/// <summary>
/// Signs out on pages that stay open whose account was erased, or changed by its owner elsewhere: the cookie is not looked at again
/// while a page is open.
/// </summary>
internal sealed class AccountRevalidation(
    ILoggerFactory loggers, IServiceScopeFactory scopes, IOptions<IdentityOptions> identity, IOptions<AccountsOptions> options) : RevalidatingServerAuthenticationStateProvider(loggers)
{
    protected override TimeSpan RevalidationInterval => options.Value.SessionCheck;

    /// <summary>
    /// For the cookie. The framework's own way to do it signs out of a scheme that we do not have, and fails. While the database is
    /// away everybody stays who they are, as on open pages: the next look tells.
    /// </summary>
    public static async Task ValidateCookieAsync(CookieValidatePrincipalContext context)
    {
        var services = context.HttpContext.RequestServices;
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        if (context.Properties.IssuedUtc is { } issued && now - issued < services.GetRequiredService<IOptions<AccountsOptions>>().Value.SessionCheck)
            return;
        try
        {
            var accounts = services.GetRequiredService<SignInManager<Account>>();
            if (await accounts.ValidateSecurityStampAsync(context.Principal) is not { } account)
            {
                context.RejectPrincipal();
                await context.HttpContext.SignOutAsync(IdentityConstants.ApplicationScheme);
                return;
            }

            context.ReplacePrincipal(await accounts.CreateUserPrincipalAsync(account));
            context.ShouldRenew = true;
        }
        catch (Exception error) when (PlainDatabase.IsAway(error))
        {
            return;
        }
    }

    protected override async Task<bool> ValidateAuthenticationStateAsync(AuthenticationState authenticationState, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var accounts = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
        try
        {
            return await accounts.GetUserAsync(authenticationState.User) is { } account
                && authenticationState.User.FindFirstValue(identity.Value.ClaimsIdentity.SecurityStampClaimType) == await accounts.GetSecurityStampAsync(account);
        }
        catch (Exception error) when (PlainDatabase.IsAway(error))
        {
            return true;
        }
    }
}
