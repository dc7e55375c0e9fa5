using System.Security.Claims;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Shop.EventSourcing;
using Shop.ServiceDefaults.Security;

namespace Shop.Storefront.Accounts;

/// <summary>Opens accounts, and tells by e-mail address and password whose account it is.</summary>
public sealed class AccountService(
    UserManager<Account> accounts, IUserClaimsPrincipalFactory<Account> claims, IPasswordHasher<Account> hasher, AccessTokens tokens, DemoAccounts demo, IOptions<AccountsOptions> options)
{
    private const int MaxNameLength = 100;

    /// <summary>Of no account: whoever tries an unknown address waits as long as for a known one.</summary>
    private static readonly Account Nobody = new();
    private static string? nobodysHash;

    public TimeSpan TokenLifetime => TimeSpan.FromMinutes(options.Value.TokenMinutes);

    /// <summary>Opens a customer's account. Operators are made by operators, not here.</summary>
    /// <exception cref="DomainException">The address or the password cannot be used.</exception>
    public async Task<Account> RegisterAsync(string? email, string? password, string? displayName)
    {
        var name = string.IsNullOrWhiteSpace(displayName) ? null : displayName.Trim();
        if (name?.Length > MaxNameLength || name?.Any(char.IsControl) == true)
            throw new DomainException("invalid-account", $"Give a name of at most {MaxNameLength} characters, or leave it out.") { Field = "displayName" };
        if (demo.IsRefused(email ?? ""))
            throw Taken();
        var account = new Account { UserName = email?.Trim(), Email = email?.Trim(), DisplayName = name, Role = Roles.Customer };
        IdentityResult result;
        try
        {
            result = await accounts.CreateAsync(account, password ?? "");
        }
        catch (DbUpdateException) when (!string.IsNullOrEmpty(account.Email))
        {
            // Two at once: the other one has it now, unless the database is away, which asking it again tells.
            var normalized = accounts.NormalizeEmail(account.Email);
            if (await accounts.Users.AsNoTracking().AnyAsync(known => known.NormalizedEmail == normalized))
                throw Taken();
            throw;
        }

        return result.Succeeded ? account : throw Explain(result);
    }

    /// <returns>Null: the address or the password is wrong, or there were too many failures; it is not told which.</returns>
    public async Task<Account?> VerifyAsync(string? email, string? password)
    {
        var account = string.IsNullOrWhiteSpace(email) || demo.IsRefused(email.Trim()) ? null : await accounts.FindByEmailAsync(email.Trim());
        if (account is null)
        {
            hasher.VerifyHashedPassword(Nobody, nobodysHash ??= hasher.HashPassword(Nobody, "nobody has this password"), password ?? "");
            return null;
        }

        var isLocked = await accounts.IsLockedOutAsync(account);
        var isRight = await accounts.CheckPasswordAsync(account, password ?? "");
        if (isLocked)
            return null;
        if (!isRight)
        {
            await accounts.AccessFailedAsync(account);
            return null;
        }

        if (account.AccessFailedCount > 0)
            await accounts.ResetAccessFailedCountAsync(account);
        return account;
    }

    /// <summary>A token for the services' routes.</summary>
    public async Task<string> IssueTokenAsync(Account account) => tokens.Issue(await PrincipalOfAsync(account), TokenLifetime);

    public Task<ClaimsPrincipal> PrincipalOfAsync(Account account) => claims.CreateAsync(account);

    private static DomainException Taken() =>
        new("email-taken", "There is an account of this e-mail address already. Sign in, or give another address.", conflict: true) { Field = "email" };

    private static DomainException Explain(IdentityResult result)
    {
        var errors = result.Errors.ToArray();
        if (errors.Any(error => error.Code is nameof(IdentityErrorDescriber.DuplicateEmail) or nameof(IdentityErrorDescriber.DuplicateUserName)))
            return Taken();
        return errors.FirstOrDefault(error => error.Code.StartsWith("Password", StringComparison.Ordinal)) is { } weak
            ? new("invalid-account", weak.Description) { Field = "password" }
            : new("invalid-account", "Give an e-mail address such as name@example.com.") { Field = "email" };
    }
}
