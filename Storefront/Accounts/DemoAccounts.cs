using Microsoft.Extensions.Options;
using Shop.ServiceDefaults.Databases;
using Shop.ServiceDefaults.Security;

namespace Shop.Storefront.Accounts;

/// <param name="Role">One of <see cref="Roles"/>.</param>
public sealed record DemoAccount(string Email, string DisplayName, string Role);

/// <summary>
/// Accounts to try the shop out with, whose password everybody knows: in the embedded mode and in Development, unless
/// <c>Shop:Accounts:Demo</c> is false. Elsewhere there are none, and nobody can sign in by their addresses.
/// </summary>
public sealed class DemoAccounts
{
    public const string Setting = "Shop:Accounts:Demo";
    public const string Password = "Shop-demo-1";

    public static readonly DemoAccount Customer = new("ada@example.com", "Ada", Roles.Customer);
    public static readonly DemoAccount Operator = new("operator@example.com", "Operator", Roles.Operator);

    private static readonly DemoAccount[] Known = [Customer, Operator];

    /// <exception cref="OptionsValidationException">They are asked for where they may not be.</exception>
    public DemoAccounts(PlainDatabase database, IConfiguration configuration, IHostEnvironment environment)
    {
        var mayBe = database.IsEmbedded || environment.IsDevelopment();
        var wanted = configuration[Setting] is { Length: > 0 } given ? bool.TryParse(given, out var yes) ? yes : throw AccountsOptions.Refused($"Setting {Setting} is '{given}'. Give true or false.") : mayBe;
        if (wanted && !mayBe)
            throw AccountsOptions.Refused($"Setting {Setting} is not for {environment.EnvironmentName}: everybody knows the password. (To try things out, set ASPNETCORE_ENVIRONMENT=Development.)");
        All = wanted ? Known : [];
    }

    /// <summary>Those that there are, for the page to sign in on; none in Production.</summary>
    public IReadOnlyList<DemoAccount> All { get; }

    /// <summary>True for the address of one that is not to be here, though a database may still have it.</summary>
    internal bool IsRefused(string email) => All.Count == 0 && Known.Any(account => account.Email.Equals(email, StringComparison.OrdinalIgnoreCase));
}
