using System.Security.Claims;

namespace Shop.ServiceDefaults.Security;

/// <summary>What the services want to know of who calls; the same from a token and from the site's cookie.</summary>
public static class ClaimsPrincipalExtensions
{
    /// <summary>The account's id: the <c>customerId</c> of their orders.</summary>
    /// <exception cref="InvalidOperationException">Nobody is signed in.</exception>
    public static string CustomerId(this ClaimsPrincipal user) => user.FindFirst(ClaimTypes.NameIdentifier)?.Value
        ?? throw new InvalidOperationException("Nobody is signed in: the route must require Policies.Customer or Policies.Operator.");

    public static bool IsOperator(this ClaimsPrincipal user) => user.IsInRole(Roles.Operator);

    /// <summary>How to address them: the name they gave, else what they sign in with; empty when nobody is signed in.</summary>
    public static string DisplayName(this ClaimsPrincipal user) => user.FindFirst(ClaimTypes.GivenName)?.Value ?? user.Identity?.Name ?? "";

    /// <summary>Whether somebody may see what belongs to a customer: they themselves, and operators.</summary>
    /// <param name="customerId">Whose it is; null: a guest's, which only operators see.</param>
    public static bool MaySee(this ClaimsPrincipal user, string? customerId) =>
        user.IsOperator() || (customerId is not null && user.FindFirst(ClaimTypes.NameIdentifier)?.Value == customerId);
}
