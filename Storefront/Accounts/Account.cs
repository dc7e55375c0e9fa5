using Microsoft.AspNetCore.Identity;

namespace Shop.Storefront.Accounts;

/// <summary>Somebody who can sign in. Its id is the <c>customerId</c> of their orders.</summary>
public sealed class Account : IdentityUser
{
    /// <summary>How to address them; null: by what they sign in with.</summary>
    public string? DisplayName { get; set; }

    /// <summary>One of <see cref="ServiceDefaults.Security.Roles"/>.</summary>
    public string Role { get; set; } = ServiceDefaults.Security.Roles.Customer;
}
